#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

// The tags of iterators, as every <span> has them: <iterator> brings streams and strings along, which takes each file
// that includes it some tenths of a second.
#include <span>

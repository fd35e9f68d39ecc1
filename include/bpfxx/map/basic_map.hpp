#pragma once
// kernel
// SPDX-License-Identifier: BSL-1.0

#include <bpfxx/map/view.hpp>
#include <bpfxx/map/walks.hpp>

namespace bpfxx {

/// The view of a map of values, or references, under keys: which members it has follows from the kind of map and from
/// the access.
template <class Kind, class Key, class Value, access_mode Access>
using basic_map = map_view<map_walks<Kind, Key, Value, Access>>;

} // namespace bpfxx

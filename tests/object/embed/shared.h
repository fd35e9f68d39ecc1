#pragma once
#define HOW_MUCH 7

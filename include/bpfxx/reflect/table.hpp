#pragma once
// pure
// SPDX-License-Identifier: BSL-1.0

#include <cstddef>

// What C++20 can only be asked member by member: three tables, one row for each number of members.
namespace bpfxx::reflect::detail {

/// The most members that an aggregate may have to be seen through.
inline constexpr std::size_t most_members = 32;

/// Whether an aggregate can begin with Position members that are left empty and one that is made from a Last. Empty
/// braces stand for one member each, arrays included, which any other initialiser would be spread over.
template <class T, class Last, std::size_t Position>
consteval bool takes() { // NOLINT(readability-function-size): one line for each number of members
    // clang-format off
    if constexpr (Position == 0) return requires { T{Last{}}; };
    else if constexpr (Position == 1) return requires { T{{},Last{}}; };
    else if constexpr (Position == 2) return requires { T{{},{},Last{}}; };
    else if constexpr (Position == 3) return requires { T{{},{},{},Last{}}; };
    else if constexpr (Position == 4) return requires { T{{},{},{},{},Last{}}; };
    else if constexpr (Position == 5) return requires { T{{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 6) return requires { T{{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 7) return requires { T{{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 8) return requires { T{{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 9) return requires { T{{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 10) return requires { T{{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 11) return requires { T{{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 12) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 13) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 14) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 15) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 16) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 17)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 18)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 19)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 20)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 21)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 22)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 23)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 24)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 25)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 26)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 27)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 28)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 29)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 30)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 31)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else if constexpr (Position == 32)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},Last{}}; };
    else return false;
    // clang-format on
}

/// Whether an aggregate can begin with Count members that are left empty.
template <class T, std::size_t Count>
consteval bool begins_empty() { // NOLINT(readability-function-size): the same
    // clang-format off
    if constexpr (Count == 1) return requires { T{{}}; };
    else if constexpr (Count == 2) return requires { T{{},{}}; };
    else if constexpr (Count == 3) return requires { T{{},{},{}}; };
    else if constexpr (Count == 4) return requires { T{{},{},{},{}}; };
    else if constexpr (Count == 5) return requires { T{{},{},{},{},{}}; };
    else if constexpr (Count == 6) return requires { T{{},{},{},{},{},{}}; };
    else if constexpr (Count == 7) return requires { T{{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 8) return requires { T{{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 9) return requires { T{{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 10) return requires { T{{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 11) return requires { T{{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 12) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 13) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 14) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 15) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 16) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 17) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 18) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 19) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 20) return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 21)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 22)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 23)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 24)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 25)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 26)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 27)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 28)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 29)
        return requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 30)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 31)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 32)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else if constexpr (Count == 33)
        return requires {
            T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},
              {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; };
    else return false;
    // clang-format on
}

/// Calls `visit` with a reference to each of the Count members of an aggregate.
template <std::size_t Count, class T, class Visit>
constexpr auto with_members(T const& object, Visit visit) { // NOLINT(readability-function-size): the same
    // clang-format off
    if constexpr (Count == 1) { auto& [m0] = object; return visit(m0); }
    else if constexpr (Count == 2) { auto& [m0, m1] = object; return visit(m0, m1); }
    else if constexpr (Count == 3) { auto& [m0, m1, m2] = object; return visit(m0, m1, m2); }
    else if constexpr (Count == 4) { auto& [m0, m1, m2, m3] = object; return visit(m0, m1, m2, m3); }
    else if constexpr (Count == 5) { auto& [m0, m1, m2, m3, m4] = object; return visit(m0, m1, m2, m3, m4); }
    else if constexpr (Count == 6) { auto& [m0, m1, m2, m3, m4, m5] = object; return visit(m0, m1, m2, m3, m4, m5); }
    else if constexpr (Count == 7) {
        auto& [m0, m1, m2, m3, m4, m5, m6] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6);
    }
    else if constexpr (Count == 8) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7);
    }
    else if constexpr (Count == 9) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8);
    }
    else if constexpr (Count == 10) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9);
    }
    else if constexpr (Count == 11) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10);
    }
    else if constexpr (Count == 12) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11);
    }
    else if constexpr (Count == 13) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12);
    }
    else if constexpr (Count == 14) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13);
    }
    else if constexpr (Count == 15) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14);
    }
    else if constexpr (Count == 16) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15);
    }
    else if constexpr (Count == 17) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16);
    }
    else if constexpr (Count == 18) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17);
    }
    else if constexpr (Count == 19) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18);
    }
    else if constexpr (Count == 20) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19);
    }
    else if constexpr (Count == 21) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20);
    }
    else if constexpr (Count == 22) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21] =
            object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
            m21);
    }
    else if constexpr (Count == 23) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22]
            = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22);
    }
    else if constexpr (Count == 24) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23);
    }
    else if constexpr (Count == 25) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23, m24] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23, m24);
    }
    else if constexpr (Count == 26) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23, m24, m25] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23, m24, m25);
    }
    else if constexpr (Count == 27) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23, m24, m25, m26] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23, m24, m25, m26);
    }
    else if constexpr (Count == 28) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23, m24, m25, m26, m27] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23, m24, m25, m26, m27);
    }
    else if constexpr (Count == 29) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23, m24, m25, m26, m27, m28] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23, m24, m25, m26, m27, m28);
    }
    else if constexpr (Count == 30) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23, m24, m25, m26, m27, m28, m29] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23, m24, m25, m26, m27, m28, m29);
    }
    else if constexpr (Count == 31) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23, m24, m25, m26, m27, m28, m29, m30] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23, m24, m25, m26, m27, m28, m29, m30);
    }
    else if constexpr (Count == 32) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
            m23, m24, m25, m26, m27, m28, m29, m30, m31] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
            m22, m23, m24, m25, m26, m27, m28, m29, m30, m31);
    }
    else return visit();
    // clang-format on
}

} // namespace bpfxx::reflect::detail

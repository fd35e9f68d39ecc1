// Two versions of an enum that disagree about a value.
#include "base.h"
enum color___z { RED___z=8, GREEN___z=50 };
enum color { RED=7, GREEN=50, BLUE=-30, MORE };
enum big { BIG=0x7fffffffffULL, SMALL=4 };
enum big_signed { NEG=-5, NEG2=-0x123456789aLL };
typedef struct { long pad; int t1; u8 t2; } anon_t;
struct node { int q; };
typedef long (*callback_t)(int a, struct node* n);
struct inner { u32 pad; u8 i1; u64 i2; u32 i3[8]; };
struct bits { u64 b2:35; s64 b3:9; u32 b0:5; s32 b1:3; u8 b4; u16 b5:3; enum color b6:8; u32 plain:7; };
struct outer { long pad0; u16 a; s64 b; u64 c; u32 d; unsigned long p; const char* s; u8 col; double f; float g; struct { struct inner in; struct { struct inner arr[4]; }; u32 multi[4][5]; };
 u64 u1; union { u8 u2; u32 u3; }; u8 deep; callback_t cb; anon_t at; struct node* n; s64 si; s32 sl; char name[8]; u8 bo:3; _Bool flag:1; u8 tail[]; };
struct pt { u32 x, y; };
struct match1 { u64 before; u32 a; struct pt* p; int (*cb)(int a, struct node*n); enum color c; u8 arr[4]; };
struct match2 { u32 a; }; struct match3 { u32 a; }; struct match1b { int z; };
struct match4 { struct match1* self; struct inner in; };
union un { u32 a; u64 b; int c; };
struct fwd_only { int now_known; }; struct holder { struct fwd_only* f; };
typedef u64 my_u32; typedef struct inner inner_t; typedef void (*fp_t)(struct pt*, u32, long); typedef int arr_t[7]; typedef enum color col_t; typedef struct outer outer_t; typedef const int ci_t;
KEEP(enum color___z,103) KEEP(struct outer,1) KEEP(struct bits,2) KEEP(enum color,3) KEEP(enum big,4) KEEP(enum big_signed,5) KEEP(struct match1,6) KEEP(struct match2,7) KEEP(struct match3,8) KEEP(struct match4,9) KEEP(union un,10) KEEP(struct holder,11) KEEP(my_u32,12) KEEP(inner_t,13) KEEP(fp_t,14) KEEP(arr_t,15) KEEP(col_t,16) KEEP(outer_t,17) KEEP(ci_t,18) KEEP(_Bool,19) KEEP(float,20) long keeplong;

// Nearly the same types, a little further on.
#define PAI
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64; typedef long long s64; typedef signed char s8; typedef short s16; typedef int s32;
enum color { RED, GREEN=5, BLUE=-3 };
enum big { BIG=0x123456789aULL, SMALL=1 };
enum big_signed { NEG=-0x123456789aLL };
enum color___f { RED___f=1, GONE___f=9 };
typedef struct { int t1; u8 t2; } anon_t;
struct node;
typedef int (*callback_t)(int a, struct node* n);
struct node;
struct inner { u8 i1; u16 pad; u16 i2; u32 i3[4]; } ;
struct bits { u32 b0:3; s16 b1:5; u64 b2:33; s64 b3:7; u8 b4:1; u16 :0; u16 b5:9; enum color b6:4; u32 plain; } PAI;
struct outer { u32 pad32; 
  u8 a; s16 b; u32 c; u64 d; void* p; const char* s; enum color col; float f; double g;
  struct inner in; struct inner arr[3]; u32 multi[2][3];
  union { u32 u1; struct { u16 u2; u16 u3; struct { u8 deep; }; }; };
  callback_t cb; anon_t at; struct node* n; s32 si; s64 sl; char name[16]; u8 bo; _Bool flag; u32 tail[];
} PAI;
struct outer___v2 { u32 c; u32 new_name; u32 not_there; } PAI;
struct outer___bad { struct inner c; u64 arr; } PAI;
struct missing { int x; enum color col; } PAI;
typedef struct outer outer_t;
typedef struct outer const volatile coutr_t;
struct pt { u32 x; } PAI;
struct match1 { u32 a; struct pt* p; callback_t cb; enum color c; u8 arr[4]; } ;
struct match2 { u32 b, a; u64 extra; };
struct match3 { u32 a; };
struct match4 { struct inner in; struct match1* self; };
union un { u32 a; u64 b; };
struct fwd_only; struct holder { struct fwd_only* f; };
typedef u32 my_u32; typedef struct inner inner_t; typedef void (*fp_t)(struct pt*, u32, long); typedef int arr_t[5]; typedef enum color col_t;
typedef struct fwd_only fwd_t; typedef void void_t; typedef const int ci_t;

#define KEEP(t,n) t* keep_##n;
KEEP(struct outer,1) KEEP(struct bits,2) KEEP(enum color,3) KEEP(enum big,4) KEEP(enum big_signed,5) KEEP(struct match1,6) KEEP(struct match2,7) KEEP(struct match3,8) KEEP(struct match4,9) KEEP(union un,10) KEEP(struct holder,11) KEEP(my_u32,12) KEEP(inner_t,13) KEEP(fp_t,14) KEEP(arr_t,15) KEEP(col_t,16) KEEP(outer_t,17) KEEP(ci_t,18) KEEP(_Bool,19) KEEP(float,20)  KEEP(struct missing,22) KEEP(struct pt, 23) KEEP(coutr_t,24) KEEP(callback_t,25) KEEP(anon_t,26) long keeplong;

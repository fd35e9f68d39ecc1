// The same types as in the object.
#define PAI
#include "../types.h"

#define KEEP(t,n) t* keep_##n;
KEEP(struct outer,1) KEEP(struct bits,2) KEEP(enum color,3) KEEP(enum big,4) KEEP(enum big_signed,5) KEEP(struct match1,6) KEEP(struct match2,7) KEEP(struct match3,8) KEEP(struct match4,9) KEEP(union un,10) KEEP(struct holder,11) KEEP(my_u32,12) KEEP(inner_t,13) KEEP(fp_t,14) KEEP(arr_t,15) KEEP(col_t,16) KEEP(outer_t,17) KEEP(ci_t,18) KEEP(_Bool,19) KEEP(float,20)  KEEP(struct missing,22) KEEP(struct pt, 23) KEEP(coutr_t,24) KEEP(callback_t,25) KEEP(anon_t,26) long keeplong;

// Each kind of CO-RE relocation on each kind of type; make.py says how it is compiled.
#define PAI __attribute__((preserve_access_index))
#include "types.h"
#define SEC(n) __attribute__((section(n),used))
volatile u64 sink;
#define OFF(e) sink += __builtin_preserve_field_info(e,0)
#define SZ(e) sink += __builtin_preserve_field_info(e,1)
#define EX(e) sink += __builtin_preserve_field_info(e,2)
#define SG(e) sink += __builtin_preserve_field_info(e,3)
#define LS(e) sink += __builtin_preserve_field_info(e,4)
#define RS(e) sink += __builtin_preserve_field_info(e,5)
#define ALL(e) OFF(e); SZ(e); EX(e); SG(e); LS(e); RS(e)
#define AR(e) OFF(e); SZ(e); EX(e)
#define TID(t) sink += __builtin_btf_type_id(*(t*)0,1)
#define LID(t) sink += __builtin_btf_type_id(*(t*)0,0)
#define TE(t) sink += __builtin_preserve_type_info(*(t*)0,0)
#define TS(t) sink += __builtin_preserve_type_info(*(t*)0,1)
#define TM(t) sink += __builtin_preserve_type_info(*(t*)0,2)
#define EE(t,v) sink += __builtin_preserve_enum_value(*(t*)v,0)
#define EV(t,v) sink += __builtin_preserve_enum_value(*(t*)v,1)
SEC("raw_tp/a") int bitf(struct bits* b) { ALL(b->b0); ALL(b->b1); ALL(b->b2); ALL(b->b3); ALL(b->b4); ALL(b->b5); ALL(b->b6); ALL(b->plain); return 0; }
SEC("raw_tp/b") int fields(struct outer* o) {
 ALL(o->a); ALL(o->b); ALL(o->c); ALL(o->d); AR(o->p); AR(o->s); ALL(o->col); AR(o->f); AR(o->g); AR(o->in); ALL(o->in.i2); AR(o->in.i3); AR(o->in.i3[2]); AR(o->arr); AR(o->arr[1]); ALL(o->arr[2].i2); AR(o->arr[2].i3[3]); AR(o->multi[1][2]); AR(o->multi[1]); AR(o->multi);
 ALL(o->u1); ALL(o->u2); ALL(o->u3); ALL(o->deep); AR(o->cb); ALL(o->at.t2); AR(o->at); AR(o->n); ALL(o->si); ALL(o->sl); AR(o->name); AR(o->name[3]); ALL(o->bo); ALL(o->flag); AR(o->tail); AR(o->tail[0]); AR(o->tail[5]); AR(o[2].c); AR(o[1].arr[1].i3[1]);
 return 0; }
SEC("raw_tp/c") int loads(struct outer* o) { sink += o->a; sink += o->c; sink+= o->d; sink += (u64)o->p; sink += o->multi[1][1]; sink += o->arr[1].i3[2]; sink += o->u3; sink += o->bo; sink+=o->in.i1; return 0; }
SEC("raw_tp/d") int stores(struct outer* o) { o->a = 1; o->d = 7; o->c = sink; o->p = 0; return 0; }
SEC("raw_tp/e") int signed_loads(struct outer* o) { sink += o->si; sink += o->sl; sink += o->b; sink += o->col; return 0; }
SEC("raw_tp/f") int flav(struct outer___v2* o) { ALL(o->c); EX(o->new_name); EX(o->not_there); OFF(o->not_there); SZ(o->not_there); LS(o->not_there); return 0; }
SEC("raw_tp/g") int bad(struct outer___bad* o) { EX(o->c); EX(o->arr); OFF(o->c); return 0; }
SEC("raw_tp/h") int gone(struct missing* o) { EX(o->x); OFF(o->x); sink += o->col; SG(o->col); return 0; }
#define T(t) TID(t); LID(t); TE(t); TS(t); TM(t)
#define T0(t) TID(t); LID(t); TE(t); TM(t)
SEC("raw_tp/i") int types(void* c) { T(struct outer); T(struct bits); T(struct missing); T(enum color); T(enum big); T(union un); T(struct match1); T(struct match2); T(struct match3); T(struct match4); T(struct holder); T(my_u32); T(inner_t); T(fp_t); T(arr_t); T(col_t); T(ci_t); T(anon_t); T(callback_t); T(outer_t); T(struct outer___v2); T(struct pt); return 0; }
SEC("raw_tp/j") int enums(void* c) { EE(enum color, RED); EV(enum color, RED); EE(enum color, GREEN); EV(enum color, GREEN); EV(enum color, BLUE); EE(enum big, BIG); EV(enum big, BIG); EV(enum big, SMALL); EV(enum big_signed, NEG); EE(enum color___f, RED___f); EV(enum color___f, RED___f); EE(enum color___f, GONE___f); EV(enum color___f, GONE___f); EE(col_t, GREEN); EV(col_t, GREEN); return 0; }
SEC("raw_tp/k") int tdroot(outer_t* o) { OFF(o->d); EX(o->multi); AR(o->arr[1]); sink += o->d; return 0; }
static __attribute__((noinline)) int sub(struct outer* o) { return o->c + o->bo; }
SEC("raw_tp/l") int subs(struct outer* o) { return sub(o); }
char lic[] SEC("license") = "GPL";
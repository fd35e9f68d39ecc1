// reject: the run ends before the loop: name it
#include <bpfxx/link/iterator_run.hpp>

int count(bpfxx::iterator_run& run) {
    int all = 0;
    for (int const each : run.records<int>()) all += each;
    return all;
}

#ifdef REJECT
int count(bpfxx::iter_link const& link) {
    int all = 0;
    for (int const each : bpfxx::iterator_run::start(link).value().records<int>()) all += each;
    return all;
}
#endif

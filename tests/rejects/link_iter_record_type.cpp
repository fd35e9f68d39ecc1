// reject: records are copied as bytes
#include <bpfxx/link/iterator_run.hpp>

#include <string>

struct record {
    int number;
};
auto visit(bpfxx::iterator_run& run) {
    return run.for_each_record<record>([](record const&) {});
}

#ifdef REJECT
auto visit_strings(bpfxx::iterator_run& run) {
    return run.for_each_record<std::string>([](std::string const&) {});
}
#endif

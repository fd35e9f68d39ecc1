// reject: borrows from a temporary that closes at once: name the producer
#include <bpfxx/ring/user_producer.hpp>

using producer = bpfxx::user_ring_producer<>;

#ifdef REJECT
auto watched(producer given) { return std::move(given).fd(); }
#else
auto watched(producer given) { return given.fd().raw(); }
#endif

#include "storage/ledger/row.hpp"

#include <utility>

#include "base/evp.hpp"

namespace consign::ledger {

Bytes row_bytes(const Id& chain, std::int64_t sequence, const Event& event, ByteView commitments) {
    Bytes bytes;
    bytes.reserve(256);
    ByteWriter(bytes)
        .u8(row_version)
        .raw(chain.bytes())
        .u64(static_cast<std::uint64_t>(sequence))
        .u64(static_cast<std::uint64_t>(to_microseconds(event.time)))
        .u16(std::to_underlying(event.action))
        .u8(std::to_underlying(event.outcome))
        .raw(event.session.bytes())
        .string(event.account)
        .string(event.protocol)
        .string(event.rule)
        .string(event.detail)
        .raw(event.stream.bytes())
        .u64(event.bytes)
        .u64(event.count)
        .raw(event.policy)
        .raw(commitments);
    return bytes;
}

Digest32 chain_start(const Id& chain) {
    return evp::sha256({as_bytes("consign ledger v1"), chain.bytes()});
}

Digest32 chain_hash(const Digest32& previous, ByteView row) {
    return evp::sha256({previous, evp::sha256({row})});
}

}  // namespace consign::ledger

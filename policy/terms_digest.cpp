#include "policy/terms_digest.hpp"

#include <utility>

#include "base/evp.hpp"

namespace consign::policy {

namespace {

void add(ByteWriter& out, const std::optional<Span>& span) {
    out.string(span ? text_of(*span) : std::string());
}

}  // namespace

Digest32 terms_digest(const Policy& policy) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.string(policy.zone);
    for (const auto& [name, one] : policy.classes) {
        out.string(name).string(text_of(one.keep)).u8(std::to_underlying(one.counted_from));
        add(out, one.minor_until);
        add(out, one.after_death);
        add(out, one.shorten_after_pickup);
        out.string(one.rule.text());
    }
    return evp::sha256({bytes});
}

}  // namespace consign::policy

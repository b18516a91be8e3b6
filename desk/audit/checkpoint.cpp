#include "desk/audit/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "desk/site/rfc3339.hpp"

namespace consign::desk {

namespace json = boost::json;

namespace {

constexpr std::string_view title = "consign checkpoint v1";

/// The value of the next line, which must be of this key.
std::optional<std::string_view> take_line(std::string_view& rest, std::string_view key) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos || !rest.starts_with(key)) return std::nullopt;
    const std::string_view value = rest.substr(key.size(), end - key.size());
    rest.remove_prefix(end + 1);
    return value;
}

}  // namespace

std::string checkpoint_text(const Checkpoint& checkpoint) {
    return fmt::format("{}\nchain {}\nsequence {}\nhash {}\ntime {}\n", title,
                       checkpoint.chain.hex(), checkpoint.sequence, to_hex(checkpoint.hash),
                       rfc3339(checkpoint.time));
}

std::optional<Checkpoint> from_checkpoint_text(std::string_view text) {
    std::string_view rest = text;
    if (take_line(rest, title) != std::string_view()) return std::nullopt;
    const auto chain = take_line(rest, "chain ");
    const auto sequence = take_line(rest, "sequence ");
    const auto hash = take_line(rest, "hash ");
    const auto time = take_line(rest, "time ");
    if (!chain || !sequence || !hash || !time) return std::nullopt;
    Checkpoint checkpoint;
    const auto id = Id::from_hex(*chain);
    const auto bytes = from_hex(*hash);
    const auto moment = from_rfc3339(*time);
    const auto [end, error] =
        std::from_chars(sequence->data(), sequence->data() + sequence->size(), checkpoint.sequence);
    if (!id || !bytes || bytes->size() != checkpoint.hash.size() || !moment || error != std::errc())
        return std::nullopt;
    checkpoint.chain = *id;
    std::ranges::copy(*bytes, checkpoint.hash.begin());
    checkpoint.time = *moment;
    // One text for one checkpoint.
    if (checkpoint_text(checkpoint) != text) return std::nullopt;
    return checkpoint;
}

std::string checkpoint_line(std::string_view text, std::string_view signature) {
    return json::serialize(json::object{{"checkpoint", text}, {"signature", signature}}) + "\n";
}

std::optional<SignedCheckpoint> verified_checkpoint(std::string_view text,
                                                    std::string_view signature) {
    const auto checkpoint = from_checkpoint_text(text);
    const auto signer = ssh_signer(signature, checkpoint_purpose, as_bytes(text));
    if (!checkpoint || !signer) return std::nullopt;
    return SignedCheckpoint{*checkpoint, *signer};
}

std::optional<SignedCheckpoint> from_checkpoint_line(std::string_view line) {
    boost::system::error_code wrong;
    const auto value = json::parse(line, wrong);
    if (wrong || !value.is_object()) return std::nullopt;
    const auto* text = value.get_object().if_contains("checkpoint");
    const auto* signature = value.get_object().if_contains("signature");
    if (!text || !text->is_string() || !signature || !signature->is_string()) return std::nullopt;
    return verified_checkpoint(text->get_string(), signature->get_string());
}

}  // namespace consign::desk

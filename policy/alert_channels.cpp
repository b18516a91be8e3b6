#include "policy/alert_channels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/evp.hpp"

namespace consign::policy {

std::string identity_of(std::span<const AlertChannel> channels, std::size_t index) {
    const AlertChannel& channel = channels[index];
    const auto before =
        std::ranges::count_if(channels.first(index), [&](const AlertChannel& other) {
            return other.kind == channel.kind && other.to == channel.to;
        });
    const std::string text =
        fmt::format("{} {} {}", static_cast<int>(channel.kind), before, channel.to);
    return to_hex(evp::sha256({as_bytes(text)}));
}

std::optional<std::size_t> find_channel(std::span<const AlertChannel> channels,
                                        std::string_view identity) {
    for (std::size_t index = 0; index < channels.size(); ++index)
        if (identity_of(channels, index) == identity) return index;
    return std::nullopt;
}

}  // namespace consign::policy

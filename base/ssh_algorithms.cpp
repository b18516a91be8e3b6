#include "base/ssh_algorithms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace consign::ssh {

namespace {

const AlgorithmLists modern{
    .key_exchange =
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
        "ecdh-sha2-nistp384",
    .ciphers =
        "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,"
        "aes256-ctr,aes128-ctr",
    .macs = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com",
    .host_key_signatures =
        "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
        "ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256",
    .user_signatures =
        "ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,"
        "ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
        "sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256",
};

AlgorithmLists with(AlgorithmLists lists, const AlgorithmLists& more) {
    lists.key_exchange += more.key_exchange;
    lists.ciphers += more.ciphers;
    lists.macs += more.macs;
    lists.host_key_signatures += more.host_key_signatures;
    lists.user_signatures += more.user_signatures;
    return lists;
}

const AlgorithmLists compatible = with(modern, {
                                                   .key_exchange = ",ecdh-sha2-nistp521,"
                                                                   "diffie-hellman-group14-sha256",
                                                   .ciphers = ",aes192-ctr",
                                                   .macs = ",hmac-sha2-256,hmac-sha2-512",
                                                   .host_key_signatures = "",
                                                   .user_signatures = "",
                                               });

const AlgorithmLists legacy = with(compatible, {
                                                   .key_exchange = ",diffie-hellman-group14-sha1,"
                                                                   "diffie-hellman-group1-sha1",
                                                   .ciphers = ",aes128-cbc,3des-cbc",
                                                   .macs = ",hmac-sha1",
                                                   .host_key_signatures = ",ssh-rsa",
                                                   .user_signatures = ",ssh-rsa",
                                               });

/// Is `name` one of the list?
bool is_in(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (list.substr(0, comma) == name) return true;
        if (comma == std::string_view::npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}

/// Cuts the front of `text` off, up to `end`, and that with it; nothing where it has no such end.
std::optional<std::string> cut(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    std::string front(text.substr(0, at));
    text.remove_prefix(at + 1);
    return front;
}

}  // namespace

AlgorithmLists algorithms_of(AlgorithmProfile profile) {
    switch (profile) {
        case AlgorithmProfile::modern:
            return modern;
        case AlgorithmProfile::compatible:
            return compatible;
        case AlgorithmProfile::legacy:
            return legacy;
    }
    return modern;
}

std::string text_of(const NegotiatedAlgorithms& agreed) {
    return fmt::format("{} {} {}/{} {}/{}", agreed.key_exchange, agreed.host_key_type,
                       agreed.cipher_in, agreed.cipher_out, agreed.mac_in, agreed.mac_out);
}

std::optional<NegotiatedAlgorithms> negotiated_from(std::string_view text) {
    NegotiatedAlgorithms agreed;
    for (const auto& [field, end] :
         {std::pair(&agreed.key_exchange, ' '), std::pair(&agreed.host_key_type, ' '),
          std::pair(&agreed.cipher_in, '/'), std::pair(&agreed.cipher_out, ' '),
          std::pair(&agreed.mac_in, '/')}) {
        auto front = cut(text, end);
        if (!front) return std::nullopt;
        *field = *std::move(front);
    }
    agreed.mac_out = text;
    return agreed;
}

std::vector<std::string> only_in(AlgorithmProfile profile, const NegotiatedAlgorithms& agreed) {
    const AlgorithmLists& own = profile == AlgorithmProfile::legacy ? legacy : compatible;
    const AlgorithmLists& younger = profile == AlgorithmProfile::legacy ? compatible : modern;
    std::vector<std::string> found;
    const auto look = [&](const std::string AlgorithmLists::* list, const std::string& name) {
        if (is_in(own.*list, name) && !is_in(younger.*list, name) &&
            std::ranges::find(found, name) == found.end())
            found.push_back(name);
    };
    look(&AlgorithmLists::key_exchange, agreed.key_exchange);
    for (const auto* cipher : {&agreed.cipher_in, &agreed.cipher_out})
        look(&AlgorithmLists::ciphers, *cipher);
    for (const auto* mac : {&agreed.mac_in, &agreed.mac_out}) look(&AlgorithmLists::macs, *mac);
    return found;
}

}  // namespace consign::ssh

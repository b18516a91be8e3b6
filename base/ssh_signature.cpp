#include "base/ssh_signature.hpp"

#include <algorithm>

#include "base/evp.hpp"

namespace consign {

namespace {

constexpr std::string_view algorithm = "ssh-ed25519";
constexpr std::string_view hash_algorithm = "sha512";
constexpr std::string_view magic = "SSHSIG";
constexpr std::uint32_t version = 1;
constexpr std::string_view begin_line = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view end_line = "-----END SSH SIGNATURE-----";
constexpr std::size_t line_characters = 70;

/// RFC 8709 section 4.
Bytes key_blob(const Ed25519PublicKey& key) {
    Bytes blob;
    ByteWriter(blob).string(algorithm).string(ByteView(key));
    return blob;
}

template <std::size_t Size>
std::optional<std::array<std::uint8_t, Size>> sized(ByteView bytes) {
    if (bytes.size() != Size) return std::nullopt;
    std::array<std::uint8_t, Size> array{};
    std::ranges::copy(bytes, array.begin());
    return array;
}

/// A blob of two strings, the first of which is the algorithm's name.
template <std::size_t Size>
std::optional<std::array<std::uint8_t, Size>> of_algorithm(ByteView blob) {
    ByteReader reader(blob);
    const bool is_ours = as_text(reader.string()) == algorithm;
    const auto value = sized<Size>(reader.string());
    return is_ours && reader.exhausted() ? value : std::nullopt;
}

/// What is signed in the message's stead.
Bytes signed_bytes(std::string_view purpose, ByteView message) {
    evp::Digest digest("SHA2-512");
    digest.update(message);
    Bytes bytes;
    ByteWriter(bytes)
        .raw(as_bytes(magic))
        .string(purpose)
        .string(std::string_view())
        .string(hash_algorithm)
        .string(digest.finish());
    return bytes;
}

std::optional<Bytes> without_armour(std::string_view text) {
    if (!text.starts_with(begin_line)) return std::nullopt;
    const std::size_t end = text.find(end_line);
    if (end == std::string_view::npos) return std::nullopt;
    std::string base64;
    for (const char letter : text.substr(begin_line.size(), end - begin_line.size()))
        if (letter != '\n' && letter != '\r') base64.push_back(letter);
    return evp::from_base64(base64);
}

}  // namespace

std::string ssh_public_key(const Ed25519PublicKey& key) {
    return std::string(algorithm) + ' ' + evp::base64(key_blob(key));
}

std::optional<Ed25519PublicKey> from_ssh_public_key(std::string_view line) {
    if (!line.starts_with(algorithm) || line.substr(algorithm.size()).substr(0, 1) != " ")
        return std::nullopt;
    line.remove_prefix(algorithm.size() + 1);
    const auto blob = evp::from_base64(line.substr(0, line.find_first_of(" \r\n")));
    return blob ? of_algorithm<sizeof(Ed25519PublicKey)>(*blob) : std::nullopt;
}

std::string ssh_fingerprint(const Ed25519PublicKey& key) {
    std::string digest = evp::base64(evp::sha256({key_blob(key)}));
    digest.erase(digest.find_last_not_of('=') + 1);
    return "SHA256:" + digest;
}

std::string ssh_sign(const Ed25519Key& key, std::string_view purpose, ByteView message) {
    Bytes signature;
    ByteWriter(signature).string(algorithm).string(
        ByteView(key.sign(signed_bytes(purpose, message))));
    Bytes blob;
    ByteWriter(blob)
        .raw(as_bytes(magic))
        .u32(version)
        .string(key_blob(key.public_key()))
        .string(purpose)
        .string(std::string_view())
        .string(hash_algorithm)
        .string(signature);
    const std::string base64 = evp::base64(blob);
    std::string armoured(begin_line);
    for (std::size_t at = 0; at < base64.size(); at += line_characters)
        armoured.append(base64, at, line_characters).push_back('\n');
    return armoured.append(end_line).append("\n");
}

std::optional<Ed25519PublicKey> ssh_signer(std::string_view armoured, std::string_view purpose,
                                           ByteView message) {
    const auto blob = without_armour(armoured);
    if (!blob) return std::nullopt;
    ByteReader reader(*blob);
    const bool is_known = as_text(reader.take(magic.size())) == magic && reader.u32() == version;
    const auto key = of_algorithm<sizeof(Ed25519PublicKey)>(reader.string());
    const bool is_for_it = as_text(reader.string()) == purpose;
    static_cast<void>(reader.string());  // reserved
    const bool is_hash_known = as_text(reader.string()) == hash_algorithm;
    const auto signature = of_algorithm<sizeof(Ed25519Signature)>(reader.string());
    if (!is_known || !is_for_it || !is_hash_known || !key || !signature || !reader.exhausted())
        return std::nullopt;
    return is_signed_by(*key, signed_bytes(purpose, message), *signature) ? key : std::nullopt;
}

}  // namespace consign

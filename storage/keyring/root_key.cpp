#include "storage/keyring/root_key.hpp"

#include <optional>
#include <tuple>

#include "storage/keyring/errc.hpp"
#include "storage/keyring/key_file.hpp"

namespace consign::keyring {

namespace {

constexpr std::size_t digits = 2 * SecretKey::size_bytes;

std::optional<std::uint8_t> digit(std::uint8_t letter) {
    if (letter >= '0' && letter <= '9') return static_cast<std::uint8_t>(letter - '0');
    if (letter >= 'a' && letter <= 'f') return static_cast<std::uint8_t>(letter - 'a' + 10);
    if (letter >= 'A' && letter <= 'F') return static_cast<std::uint8_t>(letter - 'A' + 10);
    return std::nullopt;
}

}  // namespace

Result<SecretKey> load_root_key(const std::filesystem::path& path) {
    auto read = read_key_file(path, digits + 1);
    if (!read && read.error() == std::errc::bad_message)
        return failure(keyring_errc::root_key_malformed);
    if (!read) return failure(read.error());
    SecretBytes& text = *read;
    if (text.size() == digits + 1 && text.back() == '\n') text.pop_back();
    if (text.size() != digits) return failure(keyring_errc::root_key_malformed);
    SecretKey key;
    for (std::size_t at = 0; at < SecretKey::size_bytes; ++at) {
        const auto high = digit(text[2 * at]);
        const auto low = digit(text[2 * at + 1]);
        if (!high || !low) return failure(keyring_errc::root_key_malformed);
        key.mutable_bytes()[at] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    return key;
}

Result<> generate_root_key(Disk& disk, const Disk::Path& path, RandomSource& random) {
    constexpr std::string_view alphabet = "0123456789abcdef";
    const SecretKey key = random.key();
    SecretBytes text;
    text.reserve(digits + 1);
    for (const std::uint8_t byte : key.bytes()) {
        text.push_back(static_cast<std::uint8_t>(alphabet[byte >> 4]));
        text.push_back(static_cast<std::uint8_t>(alphabet[byte & 15]));
    }
    text.push_back('\n');
    const auto file = disk.create(path);
    if (!file) return failure(file.error());
    auto done = (*file)->write_at(0, text);
    if (done) done = (*file)->sync();
    if (done) done = disk.sync_directory(path.parent_path());
    if (!done)
        std::ignore = disk.remove(path);  // half a key would be taken for a whole one's place
    return done;
}

}  // namespace consign::keyring

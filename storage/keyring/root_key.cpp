#include "storage/keyring/root_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <tuple>

#include "storage/keyring/errc.hpp"

namespace consign::keyring {

namespace {

constexpr std::size_t digits = 2 * SecretKey::size_bytes;
constexpr std::size_t access_list_limit_bytes = 1024;

class Descriptor {
  public:
    explicit Descriptor(const std::filesystem::path& path)
        : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

/// Linux's form of an access list (include/uapi/linux/posix_acl_xattr.h): a version, then entries
/// of tag, permissions and id, all little-endian.
struct AccessEntry {
    enum Tag : std::uint16_t {
        owner = 0x01,
        user = 0x02,
        owning_group = 0x04,
        group = 0x08,
        mask = 0x10,
        others = 0x20
    };
    std::uint16_t tag;
    std::uint16_t permissions;
    std::uint32_t id;
};

/// systemd hands a credential to a service's user by an access list; the mode's group bits then
/// show the list's mask, not what the group may do.
bool access_list_admits_only(int file, uid_t user) {
    std::array<std::uint8_t, access_list_limit_bytes> list{};
    const ssize_t length = ::fgetxattr(file, "system.posix_acl_access", list.data(), list.size());
    constexpr std::size_t version_bytes = 4;
    if (length < static_cast<ssize_t>(version_bytes)) return false;
    const auto size = static_cast<std::size_t>(length);
    for (std::size_t at = version_bytes; at + sizeof(AccessEntry) <= size;
         at += sizeof(AccessEntry)) {
        AccessEntry entry{};
        std::memcpy(&entry, list.data() + at, sizeof entry);
        const bool harmless = entry.tag == AccessEntry::owner || entry.tag == AccessEntry::mask ||
                              (entry.tag == AccessEntry::user && entry.id == user);
        if (!harmless && entry.permissions != 0) return false;
    }
    return true;
}

Result<> check_owner_and_mode(int file) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) return failure(std::errc(errno));
    if (!S_ISREG(facts.st_mode)) return failure(keyring_errc::root_key_malformed);
    if (facts.st_uid != ::geteuid() && facts.st_uid != 0)
        return failure(keyring_errc::root_key_foreign);
    if ((facts.st_mode & 07) != 0) return failure(keyring_errc::root_key_exposed);
    if ((facts.st_mode & 070) != 0 && !access_list_admits_only(file, ::geteuid()))
        return failure(keyring_errc::root_key_exposed);
    return {};
}

std::optional<std::uint8_t> digit(std::uint8_t letter) {
    if (letter >= '0' && letter <= '9') return static_cast<std::uint8_t>(letter - '0');
    if (letter >= 'a' && letter <= 'f') return static_cast<std::uint8_t>(letter - 'a' + 10);
    if (letter >= 'A' && letter <= 'F') return static_cast<std::uint8_t>(letter - 'A' + 10);
    return std::nullopt;
}

}  // namespace

Result<SecretKey> load_root_key(const std::filesystem::path& path) {
    const Descriptor file(path);
    if (file.number() < 0) return failure(std::errc(errno));
    if (auto fit = check_owner_and_mode(file.number()); !fit) return failure(fit.error());
    SecretBytes text(digits + 2);  // one more than a whole file has, so that a longer one shows
    const ssize_t count = ::pread(file.number(), text.data(), text.size(), 0);
    if (count < 0) return failure(std::errc(errno));
    text.resize(static_cast<std::size_t>(count));
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

#include "storage/keyring/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "base/descriptor.hpp"
#include "base/last_error.hpp"
#include "storage/keyring/errc.hpp"

namespace consign::keyring {

namespace {

constexpr std::size_t access_list_limit_bytes = 1024;

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
    if (::fstat(file, &facts) != 0) return last_error();
    if (!S_ISREG(facts.st_mode)) return failure(std::errc::bad_message);
    if (facts.st_uid != ::geteuid() && facts.st_uid != 0) return failure(keyring_errc::key_foreign);
    if ((facts.st_mode & 07) != 0) return failure(keyring_errc::key_exposed);
    if ((facts.st_mode & 070) != 0 && !access_list_admits_only(file, ::geteuid()))
        return failure(keyring_errc::key_exposed);
    return {};
}

}  // namespace

Result<SecretBytes> read_key_file(const std::filesystem::path& path, std::size_t limit_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file.is_open()) return last_error();
    if (auto fit = check_owner_and_mode(file.get()); !fit) return failure(fit.error());
    SecretBytes content(limit_bytes + 1);  // one more, so that a longer one shows
    const ssize_t count = ::pread(file.get(), content.data(), content.size(), 0);
    if (count < 0) return last_error();
    content.resize(static_cast<std::size_t>(count));
    if (content.size() > limit_bytes) return failure(std::errc::bad_message);
    return content;
}

}  // namespace consign::keyring

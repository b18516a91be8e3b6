#include "admin/new_site.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>

#include "admin/sample_site.hpp"
#include "admin/ssh_keygen.hpp"
#include "base/ssh_signature.hpp"
#include "storage/keyring/root_key.hpp"
#include "storage/keyring/witness_key.hpp"
#include "storage/open_store.hpp"

namespace consign::admin {

namespace fs = std::filesystem;

namespace {

constexpr mode_t config_file_mode = S_IRUSR | S_IWUSR | S_IRGRP;
constexpr mode_t config_folder_mode = S_IRWXU | S_IRGRP | S_IXGRP;

std::unexpected<Failure> failed_at(const fs::path& path, std::error_code code) {
    return failed(fmt::format("{}: {}", path.string(), code.message()));
}

bool is_there(const fs::path& path) {
    struct stat facts{};
    return ::lstat(path.c_str(), &facts) == 0;
}

/// Makes what is missing of one site, and notes what it did.
class SiteMaker {
  public:
    explicit SiteMaker(const NewSite& site)
        : site_(site), folder_(fs::absolute(site.config).parent_path()) {}

    Outcome<MadeSite> make() {
        const fs::path data = (folder_ / site_.data).lexically_normal();
        if (auto empty = refuse_a_store_without_key(data); !empty)
            return std::unexpected(std::move(empty).error());
        const std::array<std::function<Outcome<>()>, 11> steps{
            [&] { return make_folder(folder_); },
            [&] { return make_folder(folder_ / "policy.d"); },
            [&] { return make_folder(folder_ / "keys"); },
            [&] { return write(folder_ / "policy.d/10-accounts.yaml", sample_accounts()); },
            [&] { return write(folder_ / "policy.d/20-routes.yaml", sample_routes()); },
            [&] { return make_host_keys(); },
            [&] { return make_witness_key(); },
            [&] { return make_root_key(); },
            [&] { return make_store(data); },
            [&] { return give_root_key(); },
            [&] { return write(site_.config, sample_server(site_.name, site_.data.string())); }};
        for (const auto& step : steps)
            if (auto done = step(); !done) return std::unexpected(std::move(done).error());
        return std::move(made_);
    }

  private:
    /// A fresh root key would never open what an older one has sealed.
    Outcome<> refuse_a_store_without_key(const fs::path& data) const {
        std::error_code missing;
        if (is_there(root_key()) || fs::is_empty(data, missing) || missing) return {};
        return failed(
            fmt::format("{} holds data already, and its key is not at {}; put the key "
                        "there, or name another data folder with --data",
                        data.string(), root_key().string()));
    }

    /// True where `path` is to be made; otherwise it is noted as left.
    bool is_missing(const fs::path& path) {
        const bool missing = !is_there(path);
        (missing ? made_.made : made_.left).push_back(path);
        return missing;
    }

    /// Root's own, readable by the owner's group; the daemon reads them, and never writes.
    Outcome<> give_to_group(const fs::path& path, mode_t mode) const {
        if (site_.owner && ::chown(path.c_str(), uid_t(-1), site_.owner->gid) != 0)
            return failed_at(path, std::error_code(errno, std::generic_category()));
        if (::chmod(path.c_str(), mode) != 0)
            return failed_at(path, std::error_code(errno, std::generic_category()));
        return {};
    }

    Outcome<> give_to_owner(const fs::path& path) const {
        if (site_.owner && ::lchown(path.c_str(), site_.owner->uid, site_.owner->gid) != 0)
            return failed_at(path, std::error_code(errno, std::generic_category()));
        return {};
    }

    Outcome<> make_folder(const fs::path& path) {
        if (is_there(path)) return {};
        std::error_code error;
        fs::create_directories(path, error);
        if (error) return failed_at(path, error);
        return give_to_group(path, config_folder_mode);
    }

    Outcome<> write(const fs::path& path, std::string_view text) {
        if (!is_missing(path)) return {};
        auto file = disk_.create(path);
        if (!file) return failed_at(path, file.error());
        if (const auto written = (*file)->write_at(0, as_bytes(text)); !written)
            return failed_at(path, written.error());
        if (const auto synced = (*file)->sync(); !synced) return failed_at(path, synced.error());
        return give_to_group(path, config_file_mode);
    }

    Outcome<> make_host_keys() {
        // Older clients, JSch's among them, know neither Ed25519 nor RSA with SHA-2.
        for (const auto& [type, name] : {std::pair(HostKeyType::ed25519, "ssh_host_ed25519_key"),
                                         std::pair(HostKeyType::ecdsa, "ssh_host_ecdsa_key"),
                                         std::pair(HostKeyType::rsa, "ssh_host_rsa_key")}) {
            const fs::path path = folder_ / "keys" / name;
            if (!is_missing(path)) continue;
            if (auto made = generate_host_key(type, path); !made) return made;
            if (auto given = give_to_owner(path); !given) return given;
        }
        return {};
    }

    /// With its public half beside it, in the form that `ssh-keygen -Y verify` reads.
    Outcome<> make_witness_key() {
        const fs::path path = folder_ / "keys/witness.key";
        if (!is_missing(path)) return {};
        const auto key = keyring::generate_witness_key(disk_, path);
        if (!key) return failed_at(path, key.error());
        if (auto given = give_to_owner(path); !given) return given;
        return write(folder_ / "keys/witness.pub",
                     ssh_public_key(key->public_key()) + " " + site_.name + "\n");
    }

    Outcome<> make_root_key() {
        if (!is_missing(root_key())) return {};
        if (const auto made = keyring::generate_root_key(disk_, root_key(), random_); !made)
            return failed_at(root_key(), made.error());
        root_key_is_new_ = true;
        return {};
    }

    Outcome<> make_store(const fs::path& data) {
        const auto key = keyring::load_root_key(root_key());
        if (!key) return failed_at(root_key(), key.error());
        const auto made = create_store(disk_, data, *key, random_, SystemClock().now());
        if (!made && made.error() == std::errc::file_exists) {
            made_.left.push_back(data);
            return {};
        }
        if (!made) return failed_at(data, made.error());
        made_.made.push_back(data);
        return give_tree_to_owner(data);
    }

    /// Last: once it is the owner's, root is refused it as a stranger's.
    Outcome<> give_root_key() const {
        return root_key_is_new_ ? give_to_owner(root_key()) : Outcome<>{};
    }

    Outcome<> give_tree_to_owner(const fs::path& data) const {
        if (!site_.owner) return {};
        std::error_code error;
        for (fs::recursive_directory_iterator entries(data, error), end; !error && entries != end;
             entries.increment(error))
            if (auto given = give_to_owner(entries->path()); !given) return given;
        if (error) return failed_at(data, error);
        return give_to_owner(data);
    }

    [[nodiscard]] fs::path root_key() const { return folder_ / "keys/root.key"; }

    const NewSite& site_;
    fs::path folder_;
    MadeSite made_;
    bool root_key_is_new_ = false;
    PosixDisk disk_;
    SystemRandom random_;
};

}  // namespace

Outcome<MadeSite> make_site(const NewSite& site) {
    if (is_there(site.config))
        return failed(
            fmt::format("{} is there already, and nothing was changed; edit it, or name "
                        "another file with -c",
                        site.config.string()));
    return SiteMaker(site).make();
}

}  // namespace consign::admin

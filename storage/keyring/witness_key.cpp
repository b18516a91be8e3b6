#include "storage/keyring/witness_key.hpp"

#include <tuple>

#include "storage/keyring/errc.hpp"
#include "storage/keyring/key_file.hpp"

namespace consign::keyring {

namespace {

constexpr std::size_t pem_limit_bytes = 4096;

}  // namespace

Result<Ed25519Key> load_witness_key(const std::filesystem::path& path) {
    const auto pem = read_key_file(path, pem_limit_bytes);
    if (!pem && pem.error() != std::errc::bad_message) return failure(pem.error());
    auto key = pem ? Ed25519Key::from_pem(*pem) : failure(pem.error());
    if (!key) return failure(keyring_errc::witness_key_malformed);
    return key;
}

Result<Ed25519Key> generate_witness_key(Disk& disk, const Disk::Path& path) {
    auto key = Ed25519Key::generate();
    const auto file = disk.create(path);
    if (!file) return failure(file.error());
    auto done = (*file)->write_at(0, key.to_pem());
    if (done) done = (*file)->sync();
    if (done) done = disk.sync_directory(path.parent_path());
    if (done) return key;
    std::ignore = disk.remove(path);
    return failure(done.error());
}

}  // namespace consign::keyring

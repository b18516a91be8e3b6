// The policies that were in force, kept whole, so that the hash in an event can be opened: the
// texts of their files under the hash of all of them, as one sealed cell each, and since when and
// by whose act each was in force: docs/formats/database.md. Lives on one connection, and changes on
// the writer thread alone. Errors: the database's, or keyring_errc.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {
class Connection;
}

namespace consign::documents {

struct NamedText {
    std::string name;
    std::string text;

    bool operator==(const NamedText&) const = default;
};

/// A time from which on a document was in force.
struct Version {
    Timestamp since{};
    std::string made_by;  // "system:daemon", "admin:USER"
    Digest32 hash{};
    std::uint64_t files = 0, accounts = 0, routes = 0;

    bool operator==(const Version&) const = default;
};

class Documents {
  public:
    /// At either bound the oldest versions go, and the texts that no version has any more. The
    /// newest stays, whatever its size.
    static constexpr std::size_t versions_limit = 1000;
    static constexpr std::uint64_t content_limit_bytes = std::uint64_t{256} << 20;

    Documents(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random);

    /// `texts` are in force from now on; `version.files` is not read. Texts that are kept already
    /// under this hash are kept once. Nothing changes where the newest version has this hash.
    [[nodiscard]] Result<> come_into_force(const Version& version,
                                           std::span<const NamedText> texts);

    /// The newest `limit` of them, oldest first.
    [[nodiscard]] Result<std::vector<Version>> versions(std::size_t limit);
    /// In the order in which they were given. Nothing where none are kept under this hash.
    [[nodiscard]] Result<std::optional<std::vector<NamedText>>> find(const Digest32& hash);
    /// Those kept whose hexadecimal form begins so, up to `limit`; none where it is not
    /// hexadecimal.
    [[nodiscard]] Result<std::vector<Digest32>> hashes_beginning(std::string_view hex,
                                                                 std::size_t limit);

  private:
    using DocumentId = std::int64_t;
    [[nodiscard]] Result<DocumentId> keep(const Digest32& hash, std::span<const NamedText> texts);
    [[nodiscard]] Result<> drop_beyond_limits();

    database::Connection& connection_;
    const keyring::Keyring& keys_;
    database::SealedCells cells_;
};

}  // namespace consign::documents

// What becomes of a file under a name, worked out before the transaction that makes it a deposit:
// content is read on the pool, and has no place on the writer's thread. The transaction then asks
// whether it still holds.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/deposits/sidecar.hpp"
#include "desk/site/site.hpp"
#include "policy/route.hpp"

namespace consign::desk {

/// A file that is whole, and about to become a deposit under a name. It is in the vault; its row
/// may be still to be made.
struct Offer {
    std::string account;
    VirtualPath whole;   // its name in the whole tree
    catalog::File file;  // `id` is not asked
    Timestamp time{};    // of the deposit
    /// What its term counts from where that was earlier: its release is no other deposit.
    std::optional<Timestamp> kept_from{};
};

/// A sidecar that the depositor of a file has put beside it.
struct Beside {
    Sidecar sidecar;
    catalog::File file;
    Timestamp created{};
};

struct Appraisal {
    std::shared_ptr<const policy::Policy> policy;
    Offer offer;
    policy::Passage passage = policy::Passage::deposited;
    std::optional<policy::Routing> routing{};  // of *policy
    /// What its route asks for and what is not there, in the policy's words: "pdf_trailer",
    /// "ok_file". While anything is, it is no deposit.
    std::vector<std::string_view> missing{};
    bool wrong_digest = false;     // there is a checksum file, and it tells another digest
    std::vector<Id> sidecars{};    // that were looked at
    std::error_code unreadable{};  // why nothing could be found out
    /// The file that waits for this one as its sidecar, as if this one lay beside it already.
    std::shared_ptr<const Appraisal> waiting{};

    /// A file waits for this one to say that it is complete. Such a sidecar fires no route.
    [[nodiscard]] bool is_awaited() const;
    /// "waits for pdf_trailer, ok_file"
    [[nodiscard]] std::string words() const;
};

/// Reads no more than the policy asks for: nothing, the first 64 KiB, or, where a route asks how
/// the file ends or for a digest, all of it, in steps that leave the pool to others in between.
/// Errors: as open_content.
[[nodiscard]] boost::asio::awaitable<Result<Appraisal>> appraise(
    Site& site, Offer offer, policy::Passage passage = policy::Passage::deposited);

/// What check_still_holds() answers: make another appraisal.
inline constexpr std::errc appraisal_outdated = std::errc::resource_unavailable_try_again;
/// How many are made for one deposit, before the peer is told that others are in its way.
inline constexpr int appraisals_limit = 4;

/// Would an appraisal made in this transaction be the same? The policy may have been replaced
/// since, a folder on the way renamed, a sidecar or a file that waits for one deposited.
[[nodiscard]] Result<> check_still_holds(Transaction& transaction, const Appraisal& appraisal,
                                         const policy::Policy& policy, const VirtualPath& whole);

}  // namespace consign::desk

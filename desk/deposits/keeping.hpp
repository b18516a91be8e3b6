// What a file is kept for: the class and the persons that its routing found, or, without a class,
// the holds that bind it.
#pragma once

#include <vector>

#include "desk/deposits/appraisal.hpp"

namespace consign::desk {

/// Nothing where the appraisal found no route. `recipients`: the names whose pickups count. The
/// event of it is the caller's.
[[nodiscard]] Result<> keep_as_routed(Transaction& transaction, const Appraisal& appraisal,
                                      catalog::FileId file, std::vector<catalog::NodeId> recipients,
                                      Timestamp now);

/// What a name is to become: "a.hl7.tmp" is "a.hl7", and what is no temporary name stays as it is.
[[nodiscard]] VirtualPath without_temporary_part(const policy::Policy& policy,
                                                 const VirtualPath& path);

/// Of a file that is no deposit yet (its name is temporary, or it waits for the virus scanner),
/// what is found out about it for the holds that stand: empty where there are none, or it cannot be
/// read. A temporary name is looked at as what it may become: "a.hl7.tmp" as "a.hl7".
[[nodiscard]] boost::asio::awaitable<Appraisal> appraise_for_holds(Site& site, Offer offer);

/// Binds it to the holds on those that its routing found.
[[nodiscard]] Result<> bind_as_routed(Transaction& transaction, const Appraisal& appraisal,
                                      catalog::FileId file);

}  // namespace consign::desk

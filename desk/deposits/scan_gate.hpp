// No deposit passes unscanned where the policy asks for a virus scanner: every way by which a file
// becomes visible to others leads through here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "desk/deposits/appraisal.hpp"

namespace consign::desk {

/// The scanner that a deposit goes to first; null where the policy asks for none. The site's own;
/// else that of the route that takes it. A sidecar takes none: one whose name, or whose file's
/// name, a route with a scanner may take goes to that scanner. An appraisal that was not made is
/// enough where the site has one.
[[nodiscard]] const policy::Scanner* scanner_for(const policy::Policy& policy,
                                                 const Appraisal& appraisal);

/// Told of a deposit that is held: it is none for others yet.
inline constexpr std::string_view waits_for_scanner = "waits for the virus scanner";

/// What its scan has to know of a deposit.
struct ScanOrder {
    bool continues = false;  // it goes on with what was a deposit: it waits for nothing
    bool as_it_is = false;   // an administrator released it: whatever it misses, it is a deposit
    std::optional<Timestamp> kept_from{};  // of its Offer
    policy::Passage passage = policy::Passage::deposited;
    Id session{};
    std::string protocol{};

    [[nodiscard]] std::string text() const;
    static ScanOrder parse(std::string_view text);
};

/// Where the policy asks for a scanner, and the content was never found clean: from now on the name
/// is its depositor's alone, with a job for the scanner. True: it is held, and nothing else happens
/// to it now.
[[nodiscard]] Result<bool> hold_for_scanner(Transaction& transaction, const policy::Policy& policy,
                                            const Appraisal& appraisal,
                                            const catalog::Committed& file,
                                            const VirtualPath& whole, const std::string& account,
                                            const ScanOrder& order, Timestamp now);

}  // namespace consign::desk

// Where to: what becomes of a deposit. Pure functions of the policy and their arguments.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace consign::policy {

/// What is known of a deposit when it is routed.
struct DepositFacts {
    VirtualPath path;  // whole tree
    std::string account;
    std::string group;
    VirtualPath home;
    Timestamp time{};
    std::uint64_t size_bytes = 0;
    Digest32 sha256{};
    content::Content content{};  // read where needs_content() says so
};

/// The facts, and what routes ask of them. Neighbours in a policy mostly ask the same: the last
/// answer is kept. `facts`, and every route asked about, outlive it.
class Candidate {
  public:
    explicit Candidate(const DepositFacts& facts)
        : facts_(facts), segments_(facts.path.segments()) {}
    Candidate(const Candidate&) = delete;
    Candidate& operator=(const Candidate&) = delete;

    [[nodiscard]] const DepositFacts& facts() const { return facts_; }
    [[nodiscard]] bool has_path(const Glob& glob);
    [[nodiscard]] bool has_name(const Glob& glob);
    [[nodiscard]] bool has_field(const FieldCondition& condition);

  private:
    struct Answer {
        const Glob* asked = nullptr;
        bool holds = false;
    };
    struct Value {
        content::FieldName field;
        std::optional<std::string> value;  // as Content::values
    };
    [[nodiscard]] const std::optional<std::string>& value(const content::FieldName& field);

    const DepositFacts& facts_;
    std::vector<std::string_view> segments_;
    Answer path_, name_;
    std::vector<Value> values_;
};

/// Why a route does not match: the first of its conditions that does not hold.
struct Mismatch {
    enum class Condition : std::uint8_t {
        path,
        name,
        account,
        group,
        size,
        time,
        format,
        packing,
        field,
        path_regex
    } condition;
    const FieldCondition* field = nullptr;  // of Condition::field
};
/// The one place where a route is held against a deposit; nothing where it matches. route() and
/// `consign explain` both ask here.
[[nodiscard]] std::optional<Mismatch> mismatch(const Route& route, Candidate& candidate);

/// Could what the file says of itself decide about a deposit under this name: may a route match
/// there that asks for it, or has the account claims?
[[nodiscard]] bool needs_content(const Policy& policy, const Account& account,
                                 const VirtualPath& path);

/// May a deposit of the account under this name take a route that asks for such a sidecar? Where
/// only what the file says would tell, it may.
[[nodiscard]] bool may_wait_for(const Policy& policy, const Account& account,
                                const VirtualPath& path, Sidecar sidecar);

/// A path that a template made, or why it made none: see PathTemplate::expand.
struct Destination {
    Result<VirtualPath> path;
    Rule rule;
};

/// The scanner of the first route that asks for one and may take a deposit of the account under
/// this name, as far as the name and the account tell; null where none does.
[[nodiscard]] const Scanner* may_be_scanned(const Policy& policy, const Account& account,
                                            const VirtualPath& path);

/// What becomes of a deposit.
struct Routing {
    const Route* route = nullptr;  // of the policy; null where the claims decided
    Rule rule;
    /// Away from everyone, and why: for the ledger and for administrators. It gets no other name
    /// then.
    struct Quarantined {
        std::string reason;
        Rule rule;
    };
    std::optional<Quarantined> quarantine{};
    std::vector<Destination> copies{};
    std::optional<Destination> move{};
    struct Delivery {
        std::string target;
        Destination to;
    };
    std::vector<Delivery> deliveries{};
    std::optional<Destination> acknowledge{};
    std::vector<std::string> tags{};
    const Class* retention_class = nullptr;  // of the policy; null: none
    std::vector<content::Subject> subjects{};
};
/// How a file comes to its route: as a deposit, or released from quarantine by somebody who has
/// looked at it. Then neither claims nor a route that quarantines holds it again.
enum class Passage : std::uint8_t { deposited, released };

/// A sending facility that the account may not claim quarantines, whatever the routes say. Else the
/// first route that matches, with all that it asks for; nothing where none does.
[[nodiscard]] std::optional<Routing> route(const Policy& policy, const DepositFacts& facts,
                                           Passage passage = Passage::deposited);

/// The sending facility that the account may not claim; nothing where there is none.
[[nodiscard]] std::optional<std::string> unclaimed_sender(const Account& account,
                                                          const content::Content& content);

}  // namespace consign::policy

// Why: everything that is asked before an account may do something, and what becomes of a deposit,
// each with the rule that answered. It asks the very functions that the daemon asks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/decide.hpp"
#include "policy/retention.hpp"
#include "policy/route.hpp"

namespace consign::policy {

/// A file that lies beside another, and says that it is complete.
struct SpeaksOf {
    Sidecar kind{};
    std::string of;  // the other's name
};

/// What is asked about.
struct Question {
    std::string account;
    VirtualPath path{};  // relative to the home
    Verb verb = Verb::upload;
    Timestamp at{};
    /// Where its name is a sidecar's: the language does not say which names are.
    std::optional<SpeaksOf> speaks_of{};
    /// Of the file, where there is one to look at.
    std::optional<content::Content> content{};
    std::uint64_t size_bytes = 0;
    Digest32 sha256{};
};

/// A rule that was looked at.
struct Considered {
    Rule rule;
    std::string what;  // "grant /in/**: upload", "route results"
    bool matched = false;
    std::string why;  // it did not match; or what it decided
};

/// How long a deposit would be kept.
struct Keeping {
    const Class* retention_class = nullptr;
    content::Subject subject{};  // empty id: none known
    Term term{};
};

struct Explanation {
    VirtualPath whole;                 // the path in the whole tree
    Verdict login;                     // may the account be here at all, at this time
    std::vector<Considered> grants{};  // up to the one that decided
    Verdict verdict;                   // of the verb
    // Of a deposit that may be made:
    bool is_temporary = false;  // its name says that it is none yet
    /// It may be awaited by the file of this path, in the whole tree: it takes no route then.
    std::optional<VirtualPath> awaited_by{};
    std::vector<Considered> routes{};  // up to the one that matched
    std::optional<Routing> routing{};
    std::vector<Keeping> keeping{};  // one for each subject; the longest counts

    [[nodiscard]] bool allowed() const { return login.allowed && verdict.allowed; }
};

/// Nothing where the policy has no such account, or the path would be too long for its home.
[[nodiscard]] std::optional<Explanation> explain(const Policy& policy, const Question& question);

/// "MSH-9 is `ADT^A01`, not `ORU^R01`": for who may see the file.
[[nodiscard]] std::string why_not(const Route& route, const Mismatch& mismatch,
                                  const DepositFacts& facts);

}  // namespace consign::policy

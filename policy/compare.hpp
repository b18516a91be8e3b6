// What a new policy would change: for accounts, routes and classes, and for the files that are in
// the store already. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "policy/retention.hpp"

namespace consign::policy {

/// A part of the policy that only one of the two has, or that says something else.
struct Change {
    enum class Kind : std::uint8_t { added, removed, changed } kind = Kind::changed;
    std::string what;                // "account lab-biomed"
    std::vector<std::string> parts;  // of a change: "home", "grants", ...
    Rule before, after;              // where it stands
    bool operator==(const Change&) const = default;
};

/// In the order of the language: accounts, routes, classes, targets, pickups, deposits, the server.
[[nodiscard]] std::vector<Change> compare(const Policy& before, const Policy& after);

/// Classes of both whose terms differ; with those that only one of them has.
[[nodiscard]] std::set<std::string> classes_changed(const Policy& before, const Policy& after);

/// How long the content of a class is kept under a policy: of several subjects, as long as the one
/// with the longest term asks. State::unknown, and so for ever, where the policy has no such class
/// any more.
[[nodiscard]] Term term_under(const Policy& policy, const std::string& retention_class,
                              std::span<const Life> lives);

/// A name that is in the store, or a content of a class.
struct StoredFile {
    VirtualPath path;               // of one of its names, in the whole tree
    bool is_name = true;            // false: it stands for the content, whose names may have ended
    std::string retention_class{};  // of a content; empty: none
    std::vector<Life> lives{};      // one for each subject
};

/// Goes through what is in a store, one after the other.
class FilesCompared {
  public:
    /// Names are kept of the first files alone.
    static constexpr std::size_t named_limit = 100;

    struct Count {
        std::uint64_t files = 0;
        std::vector<VirtualPath> first;
    };
    struct Access {
        std::map<std::string, Count> gained, lost;  // by verb
    };

    /// Both outlive it.
    FilesCompared(const Policy& before, const Policy& after);

    void add(const StoredFile& file);

    [[nodiscard]] std::uint64_t files() const { return files_; }
    /// By account: those alone for which something changes.
    [[nodiscard]] const std::map<std::string, Access>& access() const { return access_; }
    /// By class.
    [[nodiscard]] const std::map<std::string, Count>& sooner() const { return sooner_; }
    [[nodiscard]] const std::map<std::string, Count>& later() const { return later_; }

  private:
    struct Pair {
        const Account* before = nullptr;  // null: not there
        const Account* after = nullptr;
    };
    void compare_access(const StoredFile& file);

    const Policy& before_;
    const Policy& after_;
    std::map<std::string, Pair> accounts_;  // whose view may differ
    std::set<std::string> classes_;
    std::uint64_t files_ = 0;
    std::map<std::string, Access> access_;
    std::map<std::string, Count> sooner_, later_;
};

}  // namespace consign::policy

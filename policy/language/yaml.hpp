// The one door to yaml-cpp: a text becomes an immutable tree in which every node knows where it
// stands. A strict part of YAML 1.2: one document, no tags, names as keys, no key twice. Every
// dimension of a document has a bound, and an alias counts as all that it stands for.
#pragma once

#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/language/problem.hpp"

namespace consign::policy::yaml {

// A site of 5,000 accounts may have them in one file: some 150 values, and 600 bytes, each.
inline constexpr std::size_t document_limit_bytes = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t depth_limit = 32;
inline constexpr std::size_t node_limit = 1'000'000;  // after aliases

struct Node;

struct Entry {
    std::string key;
    Place place;  // of the key
    const Node* value = nullptr;
};

struct Node {
    enum class Kind : std::uint8_t { null, scalar, sequence, mapping } kind = Kind::null;
    Place place{};                                  // of an absent value: its key's
    Place end{std::numeric_limits<int>::max(), 1};  // nothing of it stands here, or later
    bool quoted = false;  // a scalar that was written between quotes, or as a block: text, never a
                          // number
    std::string text{};   // of a scalar
    std::vector<const Node*> items{};  // of a sequence
    std::vector<Entry> entries{};      // of a mapping, as they were written

    /// The value of a mapping's key; null where there is none.
    [[nodiscard]] const Node* value_of(std::string_view key) const;
};

/// Owns its nodes. An alias is the node that its anchor names, not a copy.
class Document {
  public:
    [[nodiscard]] const Node& root() const { return *root_; }

  private:
    friend class Builder;
    std::deque<Node> nodes_;  // nodes never move
    const Node* root_ = nullptr;
};

/// Never throws for what `text` holds. Nothing where there is no tree to go on with; a key that
/// stands twice, and a tag, are told, and the tree is there (with the first of the two). What
/// stands under one of secret_keys is withheld from all excerpts; where there is no tree, the whole
/// file.
[[nodiscard]] std::optional<Document> parse(std::string_view text, const std::string& file,
                                            Problems& problems);

}  // namespace consign::policy::yaml

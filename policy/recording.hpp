// What a reader has recorded so far of the language's shape: which shape belongs to the nothing
// that a reading function is handed in place of a node.
#pragma once

#include <utility>
#include <vector>

#include "policy/reader.hpp"

namespace consign::policy {

class Reader::Recording {
  public:
    /// While `read` runs, what is recorded of its node is what is returned.
    template <class Read>
    [[nodiscard]] Shape of(const Read& read) {
        const yaml::Node nothing;
        Shape shape;
        open_.emplace_back(&nothing, &shape);
        read(nothing);
        open_.pop_back();
        return shape;
    }

    void add(const yaml::Node& node, Form form) {
        for (const auto& [open, shape] : open_)
            if (open == &node) shape->forms.push_back(std::move(form));
    }

  private:
    std::vector<std::pair<const yaml::Node*, Shape*>> open_;
};

}  // namespace consign::policy

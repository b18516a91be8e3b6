// A walk of the tree of names, for administrators: nothing in it is hidden.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <vector>

#include "base/virtual_path.hpp"
#include "storage/store.hpp"

namespace consign::desk {

/// Depth first, in pages: what it holds is bounded by the depth of a path times a page, however
/// large the tree. Below a folder that changes meanwhile, some names may be missed.
class TreeWalk {
  public:
    static constexpr std::size_t page_entries = 256;

    TreeWalk(Store& store, bool recursive) : store_(store), recursive_(recursive) {}

    void enter(VirtualPath folder, catalog::NodeId node) {
        frames_.push_back({.folder = std::move(folder), .node = node});
    }

    struct Name {
        VirtualPath path;
        catalog::Entry entry;
    };
    /// The next name; nothing at the end.
    [[nodiscard]] boost::asio::awaitable<Result<std::optional<Name>>> next();

  private:
    struct Frame {
        VirtualPath folder;
        catalog::NodeId node = 0;
        catalog::NodeId after = 0;
        std::vector<catalog::Entry> page{};
        std::size_t given = 0;
    };
    [[nodiscard]] boost::asio::awaitable<Result<>> turn_page(Frame& frame);
    /// Enters it where it is a folder.
    [[nodiscard]] std::optional<Name> name_of(catalog::Entry entry);

    Store& store_;
    bool recursive_;
    std::vector<Frame> frames_;
};

}  // namespace consign::desk

// An open listing of a folder: what the account may see of it, in pages.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/virtual_path.hpp"
#include "storage/catalog/catalog.hpp"

namespace consign::desk {

class Desk;
struct MovedName;
struct CollectedName;

/// What a peer may know of a name.
struct Attributes {
    std::string name;  // the last segment, raw bytes; "/" for the home itself
    bool directory = false;
    std::uint64_t size_bytes = 0;
    Timestamp modified{};
    Timestamp accessed{};
};

class Listing {
  public:
    /// `unfinished`: the account's own uploads in this folder, by name; they stand for what they
    /// replace.
    Listing(Desk& desk, VirtualPath folder, catalog::NodeId node,
            std::map<std::string, Attributes> unfinished)
        : desk_(desk),
          folder_(std::move(folder)),
          node_(node),
          unfinished_(std::move(unfinished)) {}

    /// Further entries, at most `limit`; none only at the end. Entries made after the listing was
    /// opened may be among them; none is given twice.
    [[nodiscard]] boost::asio::awaitable<Result<std::vector<Attributes>>> next(std::size_t limit);

  private:
    Desk& desk_;
    VirtualPath folder_;  // relative to the home
    catalog::NodeId node_;
    catalog::NodeId after_ = 0;
    std::map<std::string, Attributes> unfinished_;
    bool entries_ended_ = false;
};

[[nodiscard]] Attributes attributes_of(const catalog::Entry& entry);
[[nodiscard]] Attributes attributes_of(const catalog::Upload& upload, std::uint64_t size_bytes);
[[nodiscard]] Attributes attributes_of(const MovedName& moved);
[[nodiscard]] Attributes attributes_of(const CollectedName& collected);

}  // namespace consign::desk

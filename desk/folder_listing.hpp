// An open listing of a folder of the catalog: what the account may see of it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/virtual_path.hpp"
#include "desk/site/listing.hpp"
#include "storage/catalog/catalog.hpp"

namespace consign::desk {

class Desk;
struct MovedName;
struct CollectedName;

class FolderListing final : public Listing {
  public:
    /// `unfinished`: the account's own uploads in this folder, by name; they stand for what they
    /// replace.
    FolderListing(Desk& desk, VirtualPath folder, catalog::NodeId node,
                  std::map<std::string, Attributes> unfinished)
        : desk_(desk),
          folder_(std::move(folder)),
          node_(node),
          unfinished_(std::move(unfinished)) {}

    [[nodiscard]] boost::asio::awaitable<Result<std::vector<Attributes>>> next(
        std::size_t limit) override;
    [[nodiscard]] std::size_t kept_entries() const override { return unfinished_.size(); }

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

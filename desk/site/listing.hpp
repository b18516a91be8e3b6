// An open listing of a folder: what the account may see of it, in pages.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace consign::desk {

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
    Listing() = default;
    virtual ~Listing() = default;
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;

    /// Further entries, at most `limit`; none only at the end. Entries made after the listing was
    /// opened may be among them; none is given twice.
    [[nodiscard]] virtual boost::asio::awaitable<Result<std::vector<Attributes>>> next(
        std::size_t limit) = 0;
    /// How many entries it holds in memory until they are asked for.
    [[nodiscard]] virtual std::size_t kept_entries() const { return 0; }
};

}  // namespace consign::desk

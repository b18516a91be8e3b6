// The client's side of desk/verbs/control_protocol.hpp.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <optional>

#include "admin/door.hpp"
#include "base/descriptor.hpp"

namespace consign::admin {

/// Blocks. As long as the daemon lives, its answer is waited for.
class ControlClient final : public Door {
  public:
    static constexpr std::size_t answer_line_limit_bytes = std::size_t{1} << 20;

    /// Null where no daemon listens in this data folder; a Failure where one cannot be reached.
    [[nodiscard]] static Outcome<std::unique_ptr<ControlClient>> connect(
        const std::filesystem::path& data_folder);

    /// Over what is connected already; `gone` is said where the other end is no more.
    [[nodiscard]] static std::unique_ptr<ControlClient> over(Descriptor connected,
                                                             std::string gone);

    [[nodiscard]] Outcome<boost::json::object> ask(const std::string& verb,
                                                   boost::json::object arguments,
                                                   const OnRow& on_row) override;

  private:
    explicit ControlClient(std::string gone) : socket_(io_), gone_(std::move(gone)) {}
    /// A Failure where the other end is gone.
    [[nodiscard]] Outcome<boost::json::object> next_line();

    boost::asio::io_context io_;
    boost::asio::local::stream_protocol::socket socket_;
    std::string gone_, received_;
};

}  // namespace consign::admin

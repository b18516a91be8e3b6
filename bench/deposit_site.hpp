// A site with one account, whose small deposits are made through the desk by several sessions at
// once: what the benches of the workers and of the ledger measure. Errors are exceptions.
#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "desk/desk.hpp"
#include "storage/open_store.hpp"

namespace consign::bench {

template <class T>
T required(Result<T> result) {
    if (!result) throw std::system_error(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class DepositSite {
  public:
    static constexpr std::size_t depositors_at_once = 16;

    /// Made anew in `folder`, recovered, with its clock believed.
    DepositSite(const std::filesystem::path& folder, Clock& clock, std::size_t deposit_bytes);
    ~DepositSite();
    DepositSite(const DepositSite&) = delete;
    DepositSite& operator=(const DepositSite&) = delete;

    template <class T>
    T await(boost::asio::awaitable<T> work) {
        return boost::asio::co_spawn(io_, std::move(work), boost::asio::use_future).get();
    }

    /// How long each took, in milliseconds.
    std::vector<double> put_all(std::size_t count);
    /// A name that no deposit has had.
    [[nodiscard]] std::string new_name() { return "/" + std::to_string(++names_); }

    [[nodiscard]] desk::Site& site() { return *site_; }
    [[nodiscard]] const boost::asio::any_io_executor& strand() const { return strand_; }

  private:
    boost::asio::awaitable<void> start();
    boost::asio::awaitable<void> put_some(std::size_t count, std::vector<double>& took);

    const std::size_t deposit_bytes_;
    PosixDisk disk_;
    SystemRandom random_;
    Log log_{Log::Format::text, Log::Level::error};
    desk::Passwords passwords_;
    desk::LivePolicy policy_;
    boost::asio::io_context io_;
    boost::asio::any_io_executor strand_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<desk::Site> site_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> names_ = 0;
};

}  // namespace consign::bench

// Where operands that come by stages lie in shared memory, and who multiplies them: plain logic, run on the host.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "cuda/tile/team.h"

namespace mn::cuda {

namespace {

using Half = TeamOf<Cut::half>;
using Square = TeamOf<Cut::square>;
using Wide = TeamOf<Cut::wide>;
using Large = TeamOf<Cut::large>;
using Long = TeamOf<Cut::large, 4>; // stages twice as long

template <typename Shape>
class CudaTeam : public testing::Test {};
using Shapes = testing::Types<Half, Square, Wide, Large, Long>;
TYPED_TEST_SUITE(CudaTeam, Shapes);

template <typename Layout>
class CudaStage : public testing::Test {};
using Layouts =
    testing::Types<AlongK<Half, 32, false>, AlongK<Half, 32, true>, AlongK<Half, 16, false>, AlongK<Square, 32, false>,
                   AlongK<Square, 32, true>, AlongK<Large, 64, false>, AlongK<Large, 64, true>, AlongK<Long, 64, false>,
                   AlongK<Long, 64, true>, AlongI<Half, 16, false>, AlongI<Square, 32, false>, AlongI<Square, 32, true>,
                   AlongI<Wide, 32, false>, AlongI<Wide, 64, false>, AlongI<Wide, 64, true>, AlongI<Large, 64, false>,
                   AlongI<Large, 64, true>>;
TYPED_TEST_SUITE(CudaStage, Layouts);

template <typename Layout>
constexpr bool kAlongK = false;
template <typename Shape, int Extent, bool kBytes>
constexpr bool kAlongK<AlongK<Shape, Extent, kBytes>> = true;

template <typename Layout>
constexpr int kValueBytes = Layout::kBytes ? 1 : 4;

// A value's place in bytes; by (k, i).
template <typename Layout>
int place(int k, int i) {
    return kValueBytes<Layout> * Layout::index(k, i);
}

// Turns in which memory serves lanes that access `bytes` each: the most different lines of a bank.
template <typename Address>
size_t turns(int first, int lanes, int bytes, Address&& address) {
    std::map<int, std::set<int>> words_of_bank;
    for (int lane = first; lane < first + lanes; ++lane) {
        for (int word = address(lane) / 4; word <= (address(lane) + bytes - 1) / 4; ++word)
            words_of_bank[word % 32].insert(word);
    }
    size_t most = 0;
    for (const auto& [bank, words] : words_of_bank)
        most = std::max(most, words.size());
    return most;
}

} // namespace

TYPED_TEST(CudaStage, holds_each_value_once) {
    using Layout = TypeParam;
    std::set<int> places;
    for (int k = 0; k < Layout::Shape::kDepth; ++k) {
        for (int i = 0; i < Layout::kExtent; ++i) {
            EXPECT_TRUE(places.insert(place<Layout>(k, i)).second) << k << ' ' << i;
        }
    }
    EXPECT_GE(*places.begin(), 0);
    EXPECT_LE(*places.rbegin() + kValueBytes<Layout>, Layout::kOperandBytes);
}

TYPED_TEST(CudaStage, is_copied_once_piece_by_piece) {
    using Layout = TypeParam;
    std::set<std::pair<int, int>> copied;
    for (int thread = 0; thread < Layout::kThreadsUsed; ++thread) {
        for (int c = 0; c < Layout::kCopies; ++c) {
            const int line = Layout::line(thread) + c * Layout::kLinesFurther, first = Layout::first(thread);
            const auto at = [&](int within) {
                return kAlongK<Layout> ? place<Layout>(within, line) : place<Layout>(line, within);
            };
            EXPECT_EQ(at(first) % kPiece, 0);
            for (int v = 0; v < Layout::kValues; ++v) {
                EXPECT_EQ(at(first + v), at(first) + v * kValueBytes<Layout>) << thread << ' ' << c;
                EXPECT_TRUE(copied.insert({line, first + v}).second) << thread << ' ' << c;
            }
        }
    }
    EXPECT_EQ(static_cast<int>(copied.size()), Layout::Shape::kDepth * Layout::kExtent);
}

// Neighbouring threads ask for neighbouring pieces.
TYPED_TEST(CudaStage, is_copied_line_by_line) {
    using Layout = TypeParam;
    for (int thread = 1; thread < Layout::kThreadsUsed; ++thread) {
        if (Layout::line(thread) == Layout::line(thread - 1)) {
            EXPECT_EQ(Layout::first(thread), Layout::first(thread - 1) + Layout::kValues) << thread;
        } else {
            EXPECT_EQ(Layout::line(thread), Layout::line(thread - 1) + 1) << thread;
            EXPECT_EQ(Layout::first(thread), 0) << thread;
        }
    }
}

// What rows_of() and columns_of() load: by lane, e (0 .. 3), and row number.
TYPED_TEST(CudaStage, is_loaded_once_without_bank_conflicts) {
    using Layout = TypeParam;
    const int width = Layout::kExtent == 16 ? 16 : 32, numbers = width / 8; // a warp's part, as operand b or a
    std::set<std::pair<int, int>> loaded;
    for (int lane = 0; lane < 32; ++lane) {
        for (int e = 0; e < 4; ++e) {
            for (int number = 0; number < numbers; ++number) {
                const int i = kAlongK<Layout> || numbers == 4 ? Layout::row(lane, number) : 2 * (lane / 4) + number;
                EXPECT_TRUE(loaded.insert({4 * (lane % 4) + e, i}).second) << lane << ' ' << e << ' ' << number;
            }
        }
    }
    EXPECT_EQ(static_cast<int>(loaded.size()), kUnit * width);
    EXPECT_EQ(*loaded.rbegin(), std::pair(kUnit - 1, width - 1));

    const int values = kAlongK<Layout> ? 4 : numbers; // that a lane loads at once
    const int bytes = values * kValueBytes<Layout>;
    const int at_once = std::min(32, 128 / bytes); // lanes
    for (int first = 0; first < 32; first += at_once) {
        for (int n = 0; n < 4; ++n) {
            const auto address = [&](int lane) {
                if (kAlongK<Layout>)
                    return place<Layout>(4 * (lane % 4), Layout::row(lane, n % numbers));
                return place<Layout>(4 * (lane % 4) + n, numbers == 4 ? Layout::row(lane, 0) : 2 * (lane / 4));
            };
            EXPECT_EQ(turns(first, at_once, bytes, address), 1u) << first << ' ' << n;
        }
    }
}

// The next row of four is kNext values further, as the loads have it.
TYPED_TEST(CudaStage, has_its_next_row_at_a_fixed_distance) {
    using Layout = TypeParam;
    if constexpr (!kAlongK<Layout>) {
        for (int t = 0; t < Layout::Shape::kDepth / 4; ++t) {
            for (int i = 0; i < Layout::kExtent; ++i) {
                for (int e = 1; e < 4; ++e)
                    EXPECT_EQ(Layout::index(4 * t + e, i), Layout::index(4 * t, i) + e * Layout::kNext);
            }
        }
    } else {
        for (int number = 0; number < 4; ++number) {
            EXPECT_EQ(Layout::index(0, Layout::row(5, number) % Layout::kExtent),
                      Layout::index(0, Layout::row(5, 0)) + Layout::row(0, number) % Layout::kExtent * kUnit);
        }
    }
}

// By warp, lane and accumulator of mma: every team adds each output once.
TYPED_TEST(CudaTeam, adds_each_output_once) {
    using Shape = TypeParam;
    std::map<int, std::set<std::pair<int, int>>> of_team;
    std::map<int, int> units;
    for (int warp = 0; warp < kWarps; ++warp) {
        const int team = warp / Shape::kTeamWarps;
        units[team] = Shape::unit(warp);
        for (int lane = 0; lane < 32; ++lane) {
            for (int r = 0; r < 4; ++r) {
                for (int j = 0; j < 2; ++j) {
                    for (int a = 0; a < 2; ++a) {
                        using Row = AlongK<Shape, Shape::kDown, false>;
                        using Column = AlongI<Shape, Shape::kAcross, false>;
                        const std::pair output{Shape::down(warp) + Row::row(lane, r),
                                               Shape::across(warp) + Column::output(lane, j, a)};
                        EXPECT_TRUE(of_team[team].insert(output).second) << warp << ' ' << lane;
                    }
                }
            }
        }
    }
    EXPECT_EQ(static_cast<int>(of_team.size()), Shape::kTeams);
    int next = 0;
    for (const auto& [team, outputs] : of_team) {
        EXPECT_EQ(static_cast<int>(outputs.size()), Shape::kDown * Shape::kAcross);
        EXPECT_EQ(*outputs.rbegin(), std::pair(Shape::kDown - 1, Shape::kAcross - 1));
        EXPECT_EQ(units[team], next);
        next += Shape::kUnits;
    }
    EXPECT_EQ(next * kUnit, Shape::kDepth);
}

// Two columns of both blocks of b's neighbours, whichever way memory runs.
TEST(CudaTeam, columns_are_what_their_lanes_loaded) {
    for (int lane = 0; lane < 32; ++lane) {
        for (int j = 0; j < 2; ++j) {
            // mma gives lane 4 g + t the columns 2 t and 2 t + 1 of the block whose column g that lane's group loaded
            for (int a = 0; a < 2; ++a) {
                const int loader = 4 * (2 * (lane % 4) + a);
                EXPECT_EQ((AlongK<Square, 32, false>::output(lane, j, a)), (AlongK<Square, 32, false>::row(loader, j)));
                EXPECT_EQ((AlongI<Square, 32, false>::output(lane, j, a)), 2 * (loader / 4) + j);
            }
        }
    }
}

TEST(CudaTeam, a_ring_is_larger_from_9_0_on) {
    EXPECT_EQ(ring_bytes(8), 64 << 10);
    EXPECT_EQ(ring_bytes(9), kRingBytes); // on the host: the larger
    EXPECT_GE(ring_bytes(8), shared_floats(8) * 4);
}

} // namespace mn::cuda

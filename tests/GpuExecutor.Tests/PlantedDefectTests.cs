using ILGPU;
using static AttentionGen.GpuExecutor.Tests.Launching;

namespace AttentionGen.GpuExecutor.Tests;

/// <summary>Kernels with a mistake planted in them are stopped, and for that mistake.</summary>
public sealed class PlantedDefectTests
{
    [Fact]
    public void A_missing_barrier_is_a_race() => Assert.Equal(FaultKind.Race, Fault(static call => Exchange(call, isOrdered: false)));

    [Fact]
    public void With_the_barrier_there_is_none() => Assert.Equal(1f, Run(static call => Exchange(call, isOrdered: true))[0]);

    [Fact]
    public void A_second_round_needs_a_second_barrier() => Assert.Equal(FaultKind.Race, Fault(static call =>
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Size);
        for (int round = 0; round < 2; round++)
        {
            shared[Group.IdxX] = round;
            Group.Barrier();
            call.Output[Group.IdxX] = shared[(Group.IdxX + 1) % Size];
        }
    }));

    [Fact]
    public void Two_writers_of_one_cell_are_a_race() => Assert.Equal(FaultKind.Race, Fault(static call => call.Output[Group.IdxX / 2] = 1f));

    [Fact]
    public void Two_groups_are_never_ordered() => Assert.Equal(FaultKind.Race, Fault(static call => call.Output[Group.IdxX] = 1f, groups: 2));

    [Fact]
    public void An_index_past_the_end_is_out_of_bounds() => Assert.Equal(FaultKind.OutOfBounds, Fault(static call => call.Output[Group.IdxX + 1] = 1f));

    [Fact]
    public void An_index_before_the_start_is_out_of_bounds() => Assert.Equal(FaultKind.OutOfBounds, Fault(static call => call.Output[Group.IdxX] = call.Input[Group.IdxX - 1]));

    [Fact]
    public void A_view_beyond_its_view_is_out_of_bounds() => Assert.Equal(FaultKind.OutOfBounds, Fault(static call => call.Output.SubView(1, Size)[0] = 1f));

    [Fact]
    public void Shared_memory_holds_nothing_at_first() => Assert.Equal(FaultKind.Uninitialised, Fault(static call => call.Output[Group.IdxX] = SharedMemory.Allocate<float>(Size)[Group.IdxX]));

    [Fact]
    public void A_new_buffer_holds_nothing() => Assert.Equal(FaultKind.Uninitialised, Fault(static call => call.Output[Group.IdxX] = call.Output[Group.IdxX] + 1f));

    [Fact]
    public void A_barrier_that_some_threads_never_reach_is_divergent() => Assert.Equal(FaultKind.Divergence, Fault(static _ =>
    {
        if (Group.IdxX < 10)
        {
            Group.Barrier();
        }
    }));

    [Fact]
    public void Two_barriers_do_not_meet() => Assert.Equal(FaultKind.Divergence, Fault(static _ =>
    {
        if (Group.IdxX < 10)
        {
            Group.Barrier();
        }
        else
        {
            Group.Barrier();
        }
    }));

    [Fact]
    public void A_shuffle_that_some_lanes_skip_is_divergent() => Assert.Equal(FaultKind.Divergence, Fault(static call =>
    {
        if (Group.IdxX % 2 == 0)
        {
            call.Output[Group.IdxX] = Warp.ShuffleXor(1f, 2);
        }
    }));

    [Fact]
    public void A_vector_between_its_places_is_misaligned() => Assert.Equal(FaultKind.Misaligned, Fault(static call => call.Output.SubView(1, 4).Cast<(float, float, float, float)>()[0] = default));

    [Fact]
    public void Shared_memory_ends() => Assert.Equal(FaultKind.SharedMemory, Fault(static _ => SharedMemory.Allocate<float>(13_000)));

    [Fact]
    public void An_exception_of_one_thread_ends_the_launch() =>
        Assert.IsType<DivideByZeroException>(Assert.Throws<InvalidOperationException>(() => Run(static call =>
        {
            Group.Barrier();
            call.Output[Group.IdxX] = 1 / Group.IdxX;
        })).InnerException);

    private static void Exchange(Buffers call, bool isOrdered)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Size);
        shared[Group.IdxX] = 0f;
        Group.Barrier();
        shared[Group.IdxX] = call.Input[Group.IdxX];
        if (isOrdered)
        {
            Group.Barrier();
        }

        call.Output[Group.IdxX] = shared[(Group.IdxX + 1) % Size];
    }
}

using ILGPU;

namespace AttentionGen.GpuExecutor.Tests;

/// <summary>Kernels without a mistake run to their end and give what they should, whatever the order of threads.</summary>
public sealed class SoundKernelTests
{
    private struct Four
    {
        public float A, B, C, D;
    }

    [Fact]
    public void A_sum_through_shared_memory_is_the_sum()
    {
        for (int seed = 0; seed < 5; seed++)
        {
            DeviceMachine.Seed = seed;
            float[] sums = Launching.Run(Sum, groups: 3, outputs: 3);
            Assert.Equal([.. Enumerable.Range(0, 3).Select(static group => (float)Enumerable.Range(group * 64, 64).Sum())], sums);
        }
    }

    [Fact]
    public void Shuffles_exchange_within_a_warp() =>
        Assert.Equal([.. Enumerable.Range(0, 64).Select(static n => (float)(n ^ 5))], Launching.Run(static call => call.Output[Group.IdxX] = Warp.ShuffleXor(call.Input[Group.IdxX], 5)));

    [Fact]
    public void A_barrier_tells_whether_any_thread_said_yes()
    {
        Assert.All(Launching.Run(static call => call.Output[Group.IdxX] = Group.BarrierOr(Group.IdxX == 17) ? 1f : 0f), static answer => Assert.Equal(1f, answer));
        Assert.All(Launching.Run(static call => call.Output[Group.IdxX] = Group.BarrierOr(false) ? 1f : 0f), static answer => Assert.Equal(0f, answer));
    }

    [Fact]
    public void Vectors_are_four_cells() => Assert.Equal([1f, 2f, 3f, 4f], Launching.Run(Vectors, outputs: 4));

    [Fact]
    public void Another_seed_is_another_order()
    {
        Assert.NotEqual(Order(1), Order(2));
        Assert.Equal(Order(3), Order(3));
    }

    private static List<int> Order(int seed)
    {
        List<int> order = [];
        DeviceMachine.Seed = seed;
        Launching.Run(call =>
        {
            order.Add(Group.IdxX);
            call.Output[Group.IdxX] = 0f;
        });
        return order;
    }

    private static void Sum(Buffers call)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(64);
        int thread = Group.IdxX;
        shared[thread] = call.Input[(Grid.IdxX * Group.DimX) + thread];
        Group.Barrier();
        for (int half = 32; half > 0; half /= 2)
        {
            if (thread < half)
            {
                shared[thread] = shared[thread] + shared[thread + half];
            }

            Group.Barrier();
        }

        if (thread == 0)
        {
            call.Output[Grid.IdxX] = shared[0];
        }
    }

    private static void Vectors(Buffers call)
    {
        if (Group.IdxX == 0)
        {
            ArrayView<Four> vectors = call.Output.Cast<Four>();
            vectors[0] = new Four { A = 1f, B = 2f, C = 3f, D = 4f };
        }
    }
}

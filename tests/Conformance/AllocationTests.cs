using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>A call allocates nothing on the managed heap once its workspaces exist, on its own thread or on any other.</summary>
[Collection(Serial.Name)]
public class AllocationTests
{
    private const int Calls = 20;

    /// <summary>Few, so that a stretch of the slowest kernel on the scalar tier is still shorter than the test host's own timers.</summary>
    private const int CallsOfStretch = 3;

    public static TheoryData<int, int> Cases
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (int special = 0; special < Specials.All.Count; special++)
            {
                data.Add(special, 1);
                data.Add(special, 0);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Calls_after_the_first_allocate_nothing(int special, int maxThreads)
    {
        KernelHost host = KernelFactory.Host(Specials.All[special]);
        ConformanceCase test = ConformanceCase.Plain(host.Declaration, TestSeed.For(nameof(AllocationTests)), 2, 50, 50);
        KernelCall call = test.NewCall().With(maxThreads: maxThreads);
        Assert.Equal(0, Measure(host.Strided, call, GC.GetAllocatedBytesForCurrentThread));
        Assert.Equal(0, Measure(host.Contiguous, call, GC.GetAllocatedBytesForCurrentThread));

        // The whole process: the pool's threads too. The runtime and the test runner may allocate in the background now and then,
        // so one quiet stretch in several is enough: a kernel that allocates does so in every stretch.
        IEnumerable<long> stretches = Enumerable.Range(0, 20).Select(_ => Measure(host.Strided, call, () => GC.GetTotalAllocatedBytes(precise: true), CallsOfStretch));
        Assert.Contains(0, stretches);
    }

    [Fact]
    public void Measurement_sees_an_allocation()
    {
        KernelCall call = ConformanceCase.Plain(Specials.Standard, TestSeed.For(nameof(AllocationTests)), 1, 2, 2).NewCall();
        Assert.True(Measure(_ => GC.KeepAlive(new byte[1]), call, GC.GetAllocatedBytesForCurrentThread) > 0);
        Assert.True(Measure(_ => GC.KeepAlive(new byte[1]), call, () => GC.GetTotalAllocatedBytes(precise: true)) > 0);
    }

    private static long Measure(Action<KernelCall> forward, KernelCall call, Func<long> allocated, int calls = Calls)
    {
        forward(call);
        forward(call);
        long before = allocated();
        for (int n = 0; n < calls; n++)
        {
            forward(call);
        }

        return allocated() - before;
    }
}

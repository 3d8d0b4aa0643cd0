using AttentionGen.Allocation;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>A call allocates nothing on the managed heap once its workspaces exist, on its own thread or on any other.</summary>
[Collection(Serial.Name)]
public class AllocationTests
{
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
        Assert.Equal(0, AllocationMeter.OfThread(() => host.Strided(call)));
        Assert.Equal(0, AllocationMeter.OfThread(() => host.Contiguous(call)));
        Assert.Equal(0, AllocationMeter.OfProcess(() => host.Strided(call)));
    }

    [Fact]
    public void Measurement_sees_an_allocation()
    {
        Assert.True(AllocationMeter.OfThread(() => GC.KeepAlive(new byte[1])) > 0);
        Assert.True(AllocationMeter.OfProcess(() => GC.KeepAlive(new byte[1])) > 0);
    }
}

using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Gpu.Tests;

public class FirstKernelTests
{
    [Fact]
    public void First()
    {
        var d = new Declaration("standard", [], [], new(2, 1, 16, 16));
        KernelHost host = GpuKernels.Compile([d])[0];
        Random random = TestSeed.For("first");
        ConformanceCase test = new CaseSampler(d, random).Draw(17);
        Checker.Check(host.Strided, test, SimdTier.Best, Checker.Rows(test, random), "gpu");
    }
}

using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Gpu.Tests;

/// <summary>Every sampled declaration of the catalogue as a GPU kernel, over awkward lengths and random optional inputs, against the oracle.</summary>
public class GpuKernelTests
{
    private static readonly int[] Lengths = [1, 5, 7, 16, 17, 31, 33, 63, 64, 65, 70];

    public static TheoryData<int, string> Hosts
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < GpuSample.Declarations.Count; n++)
            {
                data.Add(n, GpuSample.Declarations[n].ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Matches_the_oracle(int index, string declaration)
    {
        KernelHost host = GpuKernels.InHarness(GpuSample.Host(index));
        Assert.Equal(declaration, host.Declaration.ToString());
        Random random = TestSeed.For("gpu", index);
#if !ILGPU_PRESENT
        GpuExecutor.DeviceMachine.Seed = random.Next();
#endif
        ConformanceCase test = new CaseSampler(host.Declaration, random, longest: 17).Draw(Lengths[index % Lengths.Length]);
        Dictionary<int, ReferenceRow> rows = Checker.Rows(test, random);
        Checker.Check(host.Strided, test, SimdTier.Best, rows, "GPU");
    }
}

#if ILGPU_PRESENT
using System.Text.RegularExpressions;
using AttentionGen.Conformance.Declarations;

namespace AttentionGen.Gpu.Tests;

/// <summary>What ILGPU makes of the kernels for tensor cores, without a device: every product and copy is there, and nothing goes through local memory.</summary>
public class TensorPtxTests
{
    // Products of queries and keys once, those with values once, and twice more on the way of values that are not finite.
    private static readonly (Declaration Declaration, int Products)[] Cases =
    [
        (TensorHosts.Declare("standard", "", new(8, 8, 64, 64)), (2 * 8 * 4) + (3 * 2 * 8 * 4)),
        (TensorHosts.Declare("causal", "CausalAlignment = BottomRight", new(8, 2, 128, 128), GpuPrecision.Half, "rope"), (2 * 4 * 8) + (3 * 2 * 16 * 2)),
        (TensorHosts.Declare("local", "Window = 257, Sinks = 4, Softcap = 30, LearnedSinks = true", new(4, 4, 96, 64), GpuPrecision.BFloat16, "alibi"), (2 * 8 * 6) + (3 * 2 * 8 * 4)),
    ];

    private static readonly Lazy<IReadOnlyList<TensorHosts.Host>> Hosts = new(static () => TensorHosts.Compile([.. Cases.Select(static test => test.Declaration)]));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Keeps_everything_in_registers(int index)
    {
        string ptx = PtxTests.Compile(Hosts.Value[index].Tensor!.GetMethod("Run")!);
        if (Environment.GetEnvironmentVariable("PTX_DIRECTORY") is { Length: > 0 } directory)
        {
            File.WriteAllText(Path.Combine(directory, $"tensor{index}.ptx"), ptx);
        }

        Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("call ", ptx, StringComparison.Ordinal);
        Assert.Contains(".extern .shared", ptx, StringComparison.Ordinal);
        Assert.Contains("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16", ptx, StringComparison.Ordinal);
        Assert.Contains("cp.async.cg.shared.global", ptx, StringComparison.Ordinal);
        int products = Regex.Count(ptx, @"mma\.sync\.aligned\.m16n8k16");
        Assert.Equal(Cases[index].Products, products);
        Assert.Equal(1, Regex.Count(ptx, "^allFinite:", RegexOptions.Multiline));
        Assert.DoesNotMatch(@";\s*;", ptx);
    }

    [Theory]
    [InlineData("PrepareQuery")]
    [InlineData("PrepareKey")]
    public void Rotation_is_a_kernel_of_its_own(string method) => Assert.DoesNotContain(".local", PtxTests.Compile(Hosts.Value[1].Tensor!.GetMethod(method)!), StringComparison.Ordinal);
}
#endif

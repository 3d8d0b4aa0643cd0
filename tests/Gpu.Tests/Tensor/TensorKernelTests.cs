#if !ILGPU_PRESENT
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;

namespace AttentionGen.Gpu.Tests;

/// <summary>Kernels on tensor cores against the oracle, on an executor that carries out their PTX: types, masks, encodings, head dims, both precisions.</summary>
public class TensorKernelTests
{
    private static readonly (string Name, Declaration Declaration, int Queries, int Keys, int[]? KeyLengths)[] Cases =
    [
        ("standard, two tiles of queries and three of keys", TensorHosts.Declare("standard", "", new(1, 1, 64, 64)), 130, 150, null),
        ("half", TensorHosts.Declare("standard", "", new(2, 1, 64, 64), GpuPrecision.Half), 20, 70, null),
        ("causal, grouped heads, rotated", TensorHosts.Declare("causal", "MaxLength = 200", new(2, 1, 64, 64), GpuPrecision.BFloat16, "rope"), 90, 90, null),
        ("causal, aligned at the ends", TensorHosts.Declare("causal", "CausalAlignment = BottomRight", new(1, 1, 32, 48), GpuPrecision.Half), 35, 100, null),
        ("more queries than keys, aligned at the ends, rotated", TensorHosts.Declare("causal", "CausalAlignment = BottomRight", new(1, 1, 32, 32), GpuPrecision.BFloat16, "rope"), 80, 33, null),
        ("head dim 128, key lengths", TensorHosts.Declare("standard", "", new(1, 1, 128, 128)), 10, 70, [67]),
        ("head dim 96, value dim 80", TensorHosts.Declare("standard", "Temperature = 2", new(1, 1, 96, 80)), 17, 33, null),
        ("window", TensorHosts.Declare("local", "WindowLeft = 40, WindowRight = 10", new(1, 1, 32, 32)), 200, 200, null),
        ("window and sinks, causal", TensorHosts.Declare("local", "WindowLeft = 20, Sinks = 3, Causal = true, MaxLength = 400", new(1, 1, 32, 32)), 230, 230, null),
        ("window and sinks", TensorHosts.Declare("local", "Window = 21, Sinks = 70, MaxLength = 400", new(1, 1, 32, 64)), 180, 180, null),
        ("alibi, soft cap", TensorHosts.Declare("causal", "Softcap = 5", new(2, 2, 64, 32), GpuPrecision.BFloat16, "alibi"), 70, 70, null),
        ("learned sinks, a scale", TensorHosts.Declare("standard", "LearnedSinks = true, Scale = 0.2", new(2, 1, 64, 64)), 20, 65, null),
        ("normalised, rotated in half", TensorHosts.Declare("standard", "QkNorm = L2, MaxLength = 64", new(1, 1, 64, 64), GpuPrecision.Half, "rope"), 30, 40, null),
        ("head dim 128, causal, grouped heads, two tiles", TensorHosts.Declare("causal", "CausalAlignment = BottomRight", new(2, 1, 128, 128)), 140, 150, null),
        ("head dim 112, half, a window and sinks", TensorHosts.Declare("local", "WindowLeft = 30, Sinks = 5, Causal = true", new(1, 1, 112, 112), GpuPrecision.Half), 150, 150, null),
        ("query dim 128, value dim 64, alibi", TensorHosts.Declare("causal", "", new(1, 1, 128, 64), GpuPrecision.BFloat16, "alibi"), 70, 70, null),
        ("head dim 256, causal, grouped heads", TensorHosts.Declare("causal", "CausalAlignment = BottomRight", new(2, 1, 256, 256)), 70, 75, null),
        ("head dim 192, value dim 128, rotated", TensorHosts.Declare("causal", "", new(1, 1, 192, 128), GpuPrecision.BFloat16, "rope"), 70, 70, null),
        ("head dim 144, a window, half", TensorHosts.Declare("local", "WindowLeft = 20, WindowRight = 5", new(1, 1, 144, 144), GpuPrecision.Half), 140, 140, null),
        ("head dim 208", TensorHosts.Declare("standard", "", new(1, 1, 208, 208)), 17, 40, [39]),
        ("query dim 32, value dim 256, key lengths", TensorHosts.Declare("standard", "", new(1, 1, 32, 256)), 10, 70, [37]),
        ("block", TensorHosts.Declare("block", "BlockSize = 24, Neighbours = 1", new(1, 1, 32, 32)), 140, 140, null),
        ("no keys", TensorHosts.Declare("standard", "", new(1, 1, 32, 32)), 5, 12, [0]),
    ];

    private static readonly Lazy<IReadOnlyList<TensorHosts.Host>> Hosts = new(static () => TensorHosts.Compile([.. Cases.Select(static test => test.Declaration)]));

    public static TheoryData<int, string> Names
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < Cases.Length; n++)
            {
                data.Add(n, Cases[n].Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Matches_the_oracle_over_16_bit_tensors(int index, string name)
    {
        Assert.Equal(name, Cases[index].Name);
        Draw(index).CheckNarrow();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void Matches_the_oracle_over_FP32_tensors(int index) => Draw(index).CheckWide();

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(13)]
    [InlineData(16)]
    public void A_value_that_is_not_finite_reaches_only_the_rows_that_see_it(int index)
    {
        TensorHosts.Host host = Hosts.Value[index];
        ConformanceCase test = TensorCase.Draw(host, TestSeed.For("tensor values", index), 1, 50, index == 6 ? 20 : 50);
        test.Value[9 * test.Sizes.ValueDim] = float.NaN;
        test.Value[(11 * test.Sizes.ValueDim) + 5] = float.PositiveInfinity;
        test.Value[^1] = float.NegativeInfinity;
        new TensorCase(host, test).CheckNarrow();
    }

    private static TensorCase Draw(int index)
    {
        Random random = TestSeed.For("tensor", index);
        GpuExecutor.DeviceMachine.Seed = random.Next();
        TensorHosts.Host host = Hosts.Value[index];
        return new TensorCase(host, TensorCase.Draw(host, random, 1, Cases[index].Queries, Cases[index].Keys, Cases[index].KeyLengths));
    }
}
#endif

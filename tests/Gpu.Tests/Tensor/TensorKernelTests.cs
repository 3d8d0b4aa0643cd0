#if !ILGPU_PRESENT
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;

namespace AttentionGen.Gpu.Tests;

/// <summary>Kernels on tensor cores against the oracle, on an executor that carries out their PTX: types, masks, encodings, head dims, both precisions.</summary>
public class TensorKernelTests
{
    private static readonly (string Name, Declaration Declaration, int Queries, int Keys, int[]? KeyLengths)[] Cases =
    [
        ("standard", TensorHosts.Declare("standard", "", new(1, 1, 64, 64)), 40, 150, null),
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
    public void Matches_the_oracle(int index, string name)
    {
        Assert.Equal(name, Cases[index].Name);
        TensorCase test = Draw(index);
        test.CheckNarrow();
        Assert.Equal($"tensor cores, {Hosts.Value[index].Precision}", TensorCase.Context.DefaultStream.LastCall!.Implementation);
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

#if !ILGPU_PRESENT
using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.GpuExecutor;

namespace AttentionGen.Gpu.Tests.Caches;

/// <summary>Decoding kernels with a defect planted in them: the executor sees that every barrier is needed, and where a kernel reads past the tokens that a cache holds.</summary>
public class GpuCacheMutationTests
{
    private const string Barrier = @"Group\.Barrier\(\);";

    private static readonly FaultKind[] Unordered = [FaultKind.Race, FaultKind.Uninitialised];

    private static readonly Declaration Plain = new("causal", [], [], new HeadShape(2, 1, 8, 12)) { Cache = [] };

    private static readonly (string Method, string What, string Pattern, int Occurrence, string Instead, FaultKind[] Faults)[] Defects =
    [
        ("Decode2", "barrier after the queries", Barrier, 0, "", Unordered),
        ("Decode2", "barrier after the scores", Barrier, 1, "", Unordered),
        ("Decode2", "barrier after the weights", Barrier, 2, "", Unordered),
        ("Decode2", "barrier at the end of a tile", Barrier, 3, "", Unordered),
        ("Decode2", "barrier after the slices' outputs", Barrier, 4, "", Unordered),
        ("Decode2", "end of the keys", @"Math\.Min\(tile \+ set \+ 32, to - 1\)", 0, "(tile + set + 32)", [FaultKind.Uninitialised, FaultKind.OutOfBounds]),
        ("Merge", "barrier after the parts' maxima", Barrier, 0, "", Unordered),
        ("Merge", "barrier after the weights", Barrier, 1, "", Unordered),
        ("Merge", "barrier after the slices", Barrier, 2, "", Unordered),
    ];

    private static readonly Lazy<IReadOnlyList<GpuCacheHost>> Hosts = new(static () => GpuCacheHost.Compile([.. Defects.Select(static _ => Plain), Plain], Mutate));

    public static TheoryData<int, string> Planted => PlantedDefect.Number(Defects.Select(static defect => $"{defect.Method}: {defect.What}"));

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_kernel_without_it_is_stopped(int index, string what)
    {
        Assert.Contains(Defects[index].What, what, StringComparison.Ordinal);
        PlantedDefect.IsStopped(draw => Run(index, draw), Defects[index].Faults);
    }

    [Fact]
    public void The_kernels_themselves_are_not() => Assert.Null(PlantedDefect.FirstFailure(static draw => Run(Defects.Length, draw)));

    // 290 tokens: two parts, of several tiles.
    private static void Run(int index, int draw)
    {
        KernelCall call = ConformanceCase.Plain(Plain, TestSeed.For($"cache mutants, draw {draw}", index), 1, 290, 290).NewCall();
        using GpuKvCache cache = Hosts.Value[index].NewCache(1, 400);
        Hosts.Value[index].Append(CutCall.Piece(call, 0, 289), cache, 0);
        Hosts.Value[index].Decode(CutCall.Piece(call, 289, 1), cache, 0);
    }

    private static string Mutate(int host, string kernels)
    {
        if (host >= Defects.Length)
        {
            return kernels;
        }

        int method = kernels.IndexOf($"void {Defects[host].Method}(", StringComparison.Ordinal);
        return kernels[..method] + PlantedDefect.Plant(kernels[method..], Defects[host].Pattern, Defects[host].Occurrence, Defects[host].Instead);
    }
}
#endif

#if !ILGPU_PRESENT
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.GpuExecutor;

namespace AttentionGen.Gpu.Tests;

/// <summary>Generated kernels with a defect planted in them: the executor sees that every barrier is needed, and where a kernel reaches past what it was given.</summary>
public class GpuMutationTests
{
    private static readonly Declaration Plain = Local("Window = 21"), Normalised = Local("Window = 21, QkNorm = L2");

    private static readonly FaultKind[] Unordered = [FaultKind.Race, FaultKind.Uninitialised];

    private static readonly (Declaration Declaration, string What, string Pattern, int Occurrence, string Instead, FaultKind[] Faults)[] Defects =
    [
        (Normalised, "barrier after the queries' norms", @"Group\.Barrier\(\);", 0, "", Unordered),
        (Normalised, "barrier after the queries", @"Group\.Barrier\(\);", 1, "", Unordered),
        (Normalised, "barrier after the keys' norms", @"Group\.Barrier\(\);", 2, "", Unordered),
        (Plain, "barrier after the keys", @"Group\.Barrier\(\);", 0, "", Unordered),
        (Plain, "barrier before the values", @"Group\.Barrier\(\);", 1, "", Unordered),
        (Plain, "barrier at the end of a tile", @"Group\.Barrier\(\);", 2, "", Unordered),
        (Plain, "barrier after the values", @"Group\.BarrierOr\(!\(check == 0f\)\)", 0, "!(check == 0f)", Unordered),
        (Plain, "bound of the rows", @"r < work\.Rows", 0, "r < TileRows", [FaultKind.OutOfBounds, FaultKind.Uninitialised]),
        (Plain, "bound of the outputs", @"if \(firstRow \+ 0 < work\.Rows\)", 0, "if (firstRow >= 0)", [FaultKind.OutOfBounds, FaultKind.Race]),
        (Plain, "one place for a barrier", @"Group\.Barrier\(\);", 0, "if (column > 0)\n{ Group.Barrier(); }\nelse\n{ Group.Barrier(); }", [FaultKind.Divergence]),
    ];

    private static readonly Lazy<IReadOnlyList<GpuKernels.Host>> Hosts = new(static () => GpuKernels.CompileHosts([.. Defects.Select(static defect => defect.Declaration), Plain, Normalised], Mutate));

    public static TheoryData<int, string> Planted => PlantedDefect.Number(Defects.Select(static defect => defect.What));

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_kernel_without_it_is_stopped(int index, string what)
    {
        Assert.Equal(what, Defects[index].What);
        PlantedDefect.IsStopped(draw => Run(index, draw), Defects[index].Faults);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_kernels_themselves_are_not(int which) => Assert.Null(PlantedDefect.FirstFailure(draw => Run(Defects.Length + which, draw)));

    private static Declaration Local(string arguments) =>
        new("local", Argument.ParseList(typeof(AttentionAttribute), arguments), [new EncodingDeclaration("rope", [])], new HeadShape(2, 1, 8, 12));

    private static void Run(int index, int draw) =>
        GpuKernels.InHarness(Hosts.Value[index]).Strided(ConformanceCase.Plain(Hosts.Value[index].Declaration, TestSeed.For($"mutants, draw {draw}", index), 1, 40, 40).NewCall());

    private static string Mutate(int host, string kernel) =>
        host >= Defects.Length ? kernel : PlantedDefect.Plant(kernel, Defects[host].Pattern, Defects[host].Occurrence, Defects[host].Instead);
}
#endif

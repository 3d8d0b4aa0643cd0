#if !ILGPU_PRESENT
using System.Text.RegularExpressions;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.GpuExecutor;

namespace AttentionGen.Gpu.Tests;

/// <summary>Generated kernels with a defect planted in them: the executor sees that every barrier is needed, and where a kernel reaches past what it was given.</summary>
public class GpuMutationTests
{
    private static readonly Declaration Local = new("local", Argument.ParseList(typeof(AttentionAttribute), "Window = 21, QkNorm = L2"), [new EncodingDeclaration("rope", [])], new HeadShape(2, 1, 8, 12));

    private static readonly (string What, string Pattern, int Occurrence, string Instead, FaultKind[] Faults)[] Defects =
    [
        ("barrier after the queries' norms", @"Group\.Barrier\(\);", 0, "", [FaultKind.Race, FaultKind.Uninitialised]),
        ("barrier after the queries", @"Group\.Barrier\(\);", 1, "", [FaultKind.Race, FaultKind.Uninitialised]),
        ("barrier after the keys' norms", @"Group\.Barrier\(\);", 2, "", [FaultKind.Race, FaultKind.Uninitialised]),
        ("barrier after the keys", @"Group\.Barrier\(\);", 3, "", [FaultKind.Race, FaultKind.Uninitialised]),
        ("barrier before the values", @"Group\.Barrier\(\);", 4, "", [FaultKind.Race, FaultKind.Uninitialised]),
        ("barrier at the end of a tile", @"Group\.Barrier\(\);", 5, "", [FaultKind.Race, FaultKind.Uninitialised]),
        ("barrier after the values", @"Group\.BarrierOr\(!\(check == 0f\)\)", 0, "!(check == 0f)", [FaultKind.Race, FaultKind.Uninitialised]),
        ("bound of the rows", @"r < work\.Rows", 1, "r < TileRows", [FaultKind.OutOfBounds, FaultKind.Uninitialised]),
        ("bound of the outputs", @"if \(firstRow \+ 0 < work\.Rows\)", 0, "if (firstRow >= 0)", [FaultKind.OutOfBounds, FaultKind.Race]),
        ("uniformity of a barrier", @"Group\.Barrier\(\);", 3, "if (column > 0) { Group.Barrier(); }", [FaultKind.Divergence]),
    ];

    private static readonly Lazy<IReadOnlyList<GpuKernels.Host>> Hosts = new(static () => GpuKernels.CompileHosts([.. Defects.Select(static _ => Local), Local], Mutate));

    public static TheoryData<int, string> Planted
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < Defects.Length; n++)
            {
                data.Add(n, Defects[n].What);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_kernel_without_it_is_stopped(int index, string what)
    {
        Assert.Equal(what, Defects[index].What);
        var failure = Assert.Throws<InvalidOperationException>(() => Run(index));
        Assert.Contains(Assert.IsType<DeviceFault>(failure.InnerException).Kind, Defects[index].Faults);
    }

    [Fact]
    public void The_kernel_itself_is_not() => Run(Defects.Length);

    private static void Run(int index) => GpuKernels.InHarness(Hosts.Value[index]).Strided(ConformanceCase.Plain(Local, TestSeed.For("mutants", index), 1, 40, 40).NewCall());

    private static string Mutate(int host, string kernel)
    {
        if (host == Defects.Length)
        {
            return kernel;
        }

        Match match = Regex.Matches(kernel, Defects[host].Pattern)[Defects[host].Occurrence];
        return kernel[..match.Index] + Defects[host].Instead + kernel[(match.Index + match.Length)..];
    }
}
#endif

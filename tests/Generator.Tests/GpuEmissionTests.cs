using AttentionGen.Testing;

namespace AttentionGen.Generator.Tests;

/// <summary>GPU kernels are written where a declaration asks for them and the project references both ILGPU and AttentionGen.Gpu; elsewhere nothing names either.</summary>
public class GpuEmissionTests
{
    private const string Ilgpu = "namespace ILGPU { public struct KernelConfig; }", Runtime = "namespace AttentionGen.Gpu { public class GpuAttentionContext; }";
    private const string Asked = ", Targets = KernelTargets.Cpu | KernelTargets.Gpu", OnTensorCores = Asked + ", GpuPrecision = GpuPrecision.BFloat16";

    [Theory]
    [InlineData(Asked, Ilgpu, Runtime, new[] { "Gpu" })]
    [InlineData(OnTensorCores, Ilgpu, Runtime, new[] { "Gpu", "Tensor" })]
    [InlineData(OnTensorCores, Ilgpu, "", new string[0])]
    [InlineData(OnTensorCores, "", Runtime, new string[0])]
    [InlineData(OnTensorCores, "", "", new string[0])]
    [InlineData("", Ilgpu, Runtime, new string[0])]
    public void Kernels_are_written_where_they_are_asked_for_and_would_compile(string arguments, string ilgpu, string runtime, string[] files)
    {
        string source = $"using AttentionGen;\n[Attention(\"causal\", Heads = 2, HeadDim = 64{arguments})]\npublic static partial class Host;";
        SortedDictionary<string, string> written = Lab.Generate(Lab.Compile(source, ilgpu, runtime));
        Assert.Equal(files, written.Keys.Select(static name => name.Split('.')[^3]).Intersect(["Gpu", "Tensor"]));
        Assert.Contains("Host.Kernel.g.cs", written.Keys);
        Assert.Equal(files.Length > 0, written.Values.Any(static text => text.Contains("ILGPU", StringComparison.Ordinal) || text.Contains("AttentionGen.Gpu", StringComparison.Ordinal)));
    }
}

using System.Reflection;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using ILGPU;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Gpu.Tests;

/// <summary>Compiles declarations that ask for tensor cores.</summary>
internal static class TensorHosts
{
    /// <summary>A call over 16-bit tensors.</summary>
    public delegate void Forward16(GpuAttentionContext context, DeviceTensorView16 query, DeviceTensorView16 key, DeviceTensorView16 value, DeviceTensorView16 output, KernelCall call, GpuArguments device);

    /// <summary>A compiled host.</summary>
    /// <param name="Declaration">What was declared.</param>
    /// <param name="Precision">The elements that it multiplies.</param>
    /// <param name="Forward">Its call over FP32 tensors.</param>
    /// <param name="Forward16">Its call over 16-bit tensors.</param>
    /// <param name="Select">The implementation that a device runs.</param>
    /// <param name="Tensor">The class of its tensor-core kernel; null: it has none.</param>
    public sealed record Host(Declaration Declaration, GpuPrecision Precision, GpuKernels.Forward Forward, Forward16 Forward16, Func<GpuAttentionContext, GpuSelection> Select, Type? Tensor);

    /// <summary>A declaration of a type, with its arguments, encodings and shape.</summary>
    public static Declaration Declare(string type, string arguments, HeadShape shape, GpuPrecision precision = GpuPrecision.BFloat16, params string[] encodings) =>
        new(type, [.. Argument.ParseList(typeof(AttentionAttribute), arguments), new Argument("GpuPrecision", $"global::AttentionGen.GpuPrecision.{precision}", (int)precision)], [.. encodings.Select(static encoding => new EncodingDeclaration(encoding, []))], shape);

    /// <summary>Their hosts.</summary>
    /// <param name="declarations">The declarations.</param>
    /// <param name="mutate">Changes the generated tensor-core kernel of a declaration, given its number; null: none is changed.</param>
    public static IReadOnlyList<Host> Compile(IReadOnlyList<Declaration> declarations, Func<int, string, string>? mutate = null)
    {
        Assembly assembly = KernelCompiler.Compile(
            declarations.Select(static (declaration, n) => GpuKernels.OnGpu(declaration).ToSource($"Host{n}") + Adapter($"Host{n}")),
            tree => Mutate(GpuKernels.WithoutCpu(tree), mutate),
            typeof(GpuAttentionContext).Assembly,
            typeof(KernelConfig).Assembly);
        return [.. declarations.Select((declaration, n) => Bind(declaration, assembly, $"Host{n}"))];
    }

    private static SyntaxTree Mutate(SyntaxTree tree, Func<int, string, string>? mutate)
    {
        string file = Path.GetFileName(tree.FilePath);
        return mutate is null || !file.EndsWith(".Tensor.g.cs", StringComparison.Ordinal)
            ? tree
            : CSharpSyntaxTree.ParseText(mutate(int.Parse(file["Host".Length..file.IndexOf('.', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture), tree.ToString()), (CSharpParseOptions)tree.Options, tree.FilePath);
    }

    private static string Adapter(string host) => string.Concat(new[] { "DeviceTensorView", "DeviceTensorView16" }.Select(view => $$"""

        public static class {{host}}{{view}}Adapter
        {
            public static void Forward(global::AttentionGen.Gpu.GpuAttentionContext context, global::AttentionGen.Gpu.{{view}} query, global::AttentionGen.Gpu.{{view}} key, global::AttentionGen.Gpu.{{view}} value, global::AttentionGen.Gpu.{{view}} output, global::{{typeof(KernelCall).FullName}} call, global::AttentionGen.Gpu.GpuArguments device) =>
                {{host}}.Forward(context, query, key, value, output, call.Arguments with { LogSumExp = default, LocalFeatures = default, MaxThreads = 0, Tier = global::AttentionGen.SimdTier.Best }, device);
        }
        """));

    private static Host Bind(Declaration declaration, Assembly assembly, string name)
    {
        MethodInfo Of(string type, string method) => assembly.GetType(type, throwOnError: true)!.GetMethod(method)!;
        return new Host(
            declaration,
            (GpuPrecision)declaration.Parameters.Int("GpuPrecision", 0),
            Of($"{name}DeviceTensorViewAdapter", "Forward").CreateDelegate<GpuKernels.Forward>(),
            Of($"{name}DeviceTensorView16Adapter", "Forward").CreateDelegate<Forward16>(),
            Of(name, "SelectGpuKernel").CreateDelegate<Func<GpuAttentionContext, GpuSelection>>(),
            assembly.GetTypes().SingleOrDefault(type => type.Name.EndsWith($"__{name}Tensor", StringComparison.Ordinal)));
    }
}

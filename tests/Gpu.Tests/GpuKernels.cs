using System.Globalization;
using System.Reflection;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using ILGPU;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Gpu.Tests;

/// <summary>Compiles declarations with GPU kernels, and runs calls of the CPU's harness on them: tensors go to the device with all the canaries around them, and back.</summary>
internal static class GpuKernels
{
    private static readonly Lazy<GpuAttentionContext> Opened = new(() => GpuAttentionContext.Create(GpuAttentionContext.ListDevices().First(static device => device.Kind == GpuDeviceKind.Processor).Index));

    /// <summary>The device of all tests.</summary>
    public static GpuAttentionContext Context => Opened.Value;

    /// <summary>A call of one host.</summary>
    public delegate void Forward(GpuAttentionContext context, DeviceTensorView query, DeviceTensorView key, DeviceTensorView value, DeviceTensorView output, KernelCall call, GpuArguments device);

    /// <summary>A compiled host.</summary>
    /// <param name="Declaration">What was declared.</param>
    /// <param name="Forward">Its GPU call.</param>
    /// <param name="Select">The implementation that a device runs.</param>
    /// <param name="Method">The kernel.</param>
    public sealed record Host(Declaration Declaration, Forward Forward, Func<GpuAttentionContext, GpuSelection> Select, MethodInfo Method);

    /// <summary>A declaration that asks for the GPU.</summary>
    public static Declaration OnGpu(Declaration declaration) => declaration with
    {
        Arguments = [.. declaration.Arguments, new Argument("Targets", "global::AttentionGen.KernelTargets.Cpu | global::AttentionGen.KernelTargets.Gpu", 3)],
    };

    /// <summary>Their kernels, each as a host that the harness can check.</summary>
    public static IReadOnlyList<KernelHost> Compile(IReadOnlyList<Declaration> declarations) => [.. CompileHosts(declarations).Select(static host => InHarness(host))];

    /// <summary>A host that the harness can check.</summary>
    public static KernelHost InHarness(Host host) => new(host.Declaration, call => Run(host.Forward, call), call => Run(host.Forward, call));

    /// <summary>Their hosts.</summary>
    /// <param name="declarations">The declarations.</param>
    /// <param name="mutate">Changes the generated GPU kernel of a declaration, given its number; null: none is changed.</param>
    public static IReadOnlyList<Host> CompileHosts(IReadOnlyList<Declaration> declarations, Func<int, string, string>? mutate = null)
    {
        Assembly assembly = Compile(declarations.Select(static (declaration, n) => OnGpu(declaration).ToSource($"Host{n}") + Adapter($"Host{n}")), mutate);
        return [.. declarations.Select((declaration, n) => Bind(declaration, assembly, $"Host{n}"))];
    }

    /// <summary>Sources of hosts on the GPU, without their CPU kernels.</summary>
    public static Assembly Compile(IEnumerable<string> sources, Func<int, string, string>? mutate = null) =>
        KernelCompiler.Compile(sources, tree => Mutate(WithoutCpu(tree), mutate), typeof(GpuAttentionContext).Assembly, typeof(KernelConfig).Assembly);

    /// <summary>A call of a host that takes what the harness holds; it stands beside the host.</summary>
    public static string Adapter(string host) => $$"""
        public static class {{host}}Adapter
        {
            public static void Forward(global::AttentionGen.Gpu.GpuAttentionContext context, global::AttentionGen.Gpu.DeviceTensorView query, global::AttentionGen.Gpu.DeviceTensorView key, global::AttentionGen.Gpu.DeviceTensorView value, global::AttentionGen.Gpu.DeviceTensorView output, global::{{typeof(KernelCall).FullName}} call, global::AttentionGen.Gpu.GpuArguments device) =>
                {{host}}.Forward(context, query, key, value, output, call.Arguments with { LogSumExp = default, LocalFeatures = default, MaxThreads = 0, Tier = global::AttentionGen.SimdTier.Best }, device);
        }
        """;

    /// <summary>A host of a compiled assembly.</summary>
    public static Host Bind(Declaration declaration, Assembly assembly, string name)
    {
        Type host = assembly.GetType(name, throwOnError: true)!, adapter = assembly.GetType(name + "Adapter", throwOnError: true)!;
        MethodInfo kernel = assembly.GetTypes().Single(type => type.Name.EndsWith($"__{host.Name}Simt", StringComparison.Ordinal)).GetMethod("Run")!;
        return new Host(declaration, adapter.GetMethod("Forward")!.CreateDelegate<Forward>(), host.GetMethod("SelectGpuKernel")!.CreateDelegate<Func<GpuAttentionContext, GpuSelection>>(), kernel);
    }

    private static SyntaxTree Mutate(SyntaxTree tree, Func<int, string, string>? mutate)
    {
        string file = Path.GetFileName(tree.FilePath);
        return mutate is null || !file.EndsWith(".Gpu.g.cs", StringComparison.Ordinal)
            ? tree
            : CSharpSyntaxTree.ParseText(mutate(int.Parse(file["Host".Length..file.IndexOf('.', StringComparison.Ordinal)], CultureInfo.InvariantCulture), tree.ToString()), (CSharpParseOptions)tree.Options, tree.FilePath);
    }

    // The CPU's kernels take the compiler three times as long as all the rest, and are tested elsewhere. A partial method may go without a body.
    internal static SyntaxTree WithoutCpu(SyntaxTree tree)
    {
        if (!tree.FilePath.EndsWith(".Kernel.g.cs", StringComparison.Ordinal))
        {
            return tree;
        }

        SyntaxNode root = tree.GetRoot();
        IEnumerable<SyntaxNode> kernels = root.DescendantNodes().Where(static node =>
            node is ClassDeclarationSyntax { Modifiers: var modifiers } && modifiers.Any(SyntaxKind.FileKeyword)
            || node is MethodDeclarationSyntax { Identifier.Text: "LaunchKernel" or "LaunchCached" });
        return tree.WithRootAndOptions(root.RemoveNodes(kernels, SyntaxRemoveOptions.KeepNoTrivia)!, tree.Options);
    }

    private static void Run(Forward forward, KernelCall call)
    {
        using var memory = new DeviceCall(Context, call);
        forward(Context, memory.Query, memory.Key, memory.Value, memory.Output, call, memory.Arguments);
        memory.ReadBack();
    }
}

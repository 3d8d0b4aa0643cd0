using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Generator.Emit;

/// <summary>
/// Writes a host's other half: the public surface in one file, the kernels in another, tied by a private partial method,
/// so that editors see the surface without waiting for the kernels.
/// </summary>
public static class HostEmitter
{
    /// <summary>The public surface of a valid declaration.</summary>
    public static string Declaration(AttentionSpec spec, bool onGpu) => InHost(spec, writer =>
    {
        if (IsScan(spec))
        {
            WriteScan(writer, spec);
            return;
        }

        HostSurface.WriteConstants(writer, spec);
        HostSurface.WriteEncodingMembers(writer, spec);
        HostSurface.WriteFeatureMembers(writer, spec);
        KernelHost.WriteBlockMask(writer, spec);
        if (spec.Host.IsStatic)
        {
            KernelHost.WriteForward(writer, static (target, call) => target.Line($"=> {call};"));
        }
        else
        {
            LayerHost.Write(writer, spec);
        }

        CacheSurface.Write(writer, spec, fail: null);
        StateSurface.Write(writer, spec, fail: null);
        HostSurface.WriteLaunchDeclaration(writer);
        CacheSurface.WriteLaunchDeclaration(writer, spec);
        if (onGpu)
        {
            GpuEmitter.WriteSurface(writer);
            GpuCacheEmitter.WriteSurface(writer, spec);
            if (spec.WantsTensorCores)
            {
                TensorEmitter.WriteSurface(writer, spec);
            }
        }
    });

    /// <summary>The kernels of a valid declaration, one for each CPU dialect, and the launch that chooses among them.</summary>
    public static string Implementation(AttentionSpec spec)
    {
        CodeWriter writer = new();
        writer.Lines(Narrator.Plan(spec));
        writer.Line("#nullable enable");
        writer.Line();
        using (writer.Namespace(spec.Host.Namespace))
        using (writer.Hosts(spec.Host))
        {
            if (IsScan(spec))
            {
                ScanHost.WriteLaunch(writer, spec);
                MambaHost.WriteLaunch(writer, spec);
            }
            else
            {
                HostSurface.WriteLaunch(writer, spec);
            }
        }

        // Away from the host's namespace, and with usings inside, where no type of the user's (a Math, a Vector256) can stand in for what is meant.
        writer.Line();
        using (writer.Block($"namespace {KernelEmitter.Namespace}"))
        {
            writer.Line("using System;");
            writer.Line("using System.Runtime.CompilerServices;");
            writer.Line("using System.Runtime.Intrinsics;");
            foreach (Dialect dialect in Dialect.Cpu)
            {
                writer.Line();
                KernelEmitter.Write(writer, spec, dialect);
            }
        }

        return writer.ToString();
    }

    /// <summary>The GPU kernel of a valid declaration, and the launch that chooses among its implementations.</summary>
    public static string GpuImplementation(AttentionSpec spec)
    {
        CodeWriter writer = new();
        writer.Lines(Narrator.GpuPlan(spec));
        writer.Line("#nullable enable");
        writer.Line();
        using (writer.Namespace(spec.Host.Namespace))
        using (writer.Hosts(spec.Host))
        {
            GpuEmitter.WriteLaunch(writer, spec);
            GpuCacheEmitter.WriteLaunch(writer, spec);
        }

        // Where the CPU's kernels are, and for the same reason.
        writer.Line();
        using (writer.Block($"namespace {KernelEmitter.Namespace}"))
        {
            foreach (string use in new[] { "System", "AttentionGen.Gpu", "ILGPU", "ILGPU.Runtime" })
            {
                writer.Line($"using {use};");
            }

            writer.Line();
            GpuEmitter.WriteKernel(writer, spec);
            GpuCacheEmitter.WriteKernels(writer, spec);
        }

        return writer.ToString();
    }

    /// <summary>The tensor-core kernel of a declaration that has one.</summary>
    public static string TensorImplementation(AttentionSpec spec)
    {
        CodeWriter writer = new();
        writer.Lines(Narrator.GpuPlan(spec, TensorEmitter.Describe(spec)));
        writer.Line("#nullable enable");
        writer.Line();
        using (writer.Namespace(spec.Host.Namespace))
        using (writer.Hosts(spec.Host))
        {
            TensorEmitter.WriteCreate(writer, spec);
        }

        writer.Line();
        using (writer.Block($"namespace {KernelEmitter.Namespace}"))
        {
            TensorEmitter.WriteKernel(writer, spec);
        }

        return writer.ToString();
    }

    /// <summary>The public surface of an invalid declaration: every body throws and names the rule, so that one mistake is one error.</summary>
    public static string Throwing(AttentionSpec spec, string ruleId, string message)
    {
        string text = SymbolDisplay.FormatLiteral($"{ruleId}: {message}", quote: true);
        string fail = $"throw new global::System.InvalidOperationException({text})";
        return InHost(spec, writer =>
        {
            if (IsScan(spec))
            {
                WriteThrowingScan(writer, spec, fail);
            }
            else if (spec.Host.IsStatic)
            {
                KernelHost.WriteForward(writer, (target, _) => target.Line($"=> {fail};"));
            }
            else
            {
                LayerHost.WriteThrowing(writer, spec, fail);
            }

            CacheSurface.Write(writer, spec, fail);
            StateSurface.Write(writer, spec, fail);
            HostSurface.WriteThrowingFeatureMembers(writer, spec, fail);
        });
    }

    private static bool IsScan(AttentionSpec spec) => Catalog.Catalog.FindType(spec.Type)?.Family == KernelFamily.Scan;

    private static void WriteScan(CodeWriter writer, AttentionSpec spec)
    {
        ScanHost.WriteConstants(writer, spec);
        if (spec.Host.IsStatic)
        {
            ScanHost.WriteMembers(writer, fail: null);
        }
        else
        {
            MambaHost.Write(writer, spec);
        }

        ScanHost.WriteLaunchDeclaration(writer);
    }

    private static void WriteThrowingScan(CodeWriter writer, AttentionSpec spec, string fail)
    {
        if (spec.Host.IsStatic)
        {
            ScanHost.WriteMembers(writer, fail);
        }
        else
        {
            MambaHost.WriteThrowing(writer, spec, fail);
        }
    }

    private static string InHost(AttentionSpec spec, Action<CodeWriter> body)
    {
        CodeWriter writer = new();
        writer.Lines(Surface.Header);
        writer.Line();
        using (writer.Namespace(spec.Host.Namespace))
        using (writer.Hosts(spec.Host))
        {
            body(writer);
        }

        return writer.ToString();
    }

    private static IDisposable Namespace(this CodeWriter writer, string name) =>
        name.Length == 0 ? new Nest([]) : writer.Block($"namespace {name}");

    private static IDisposable Hosts(this CodeWriter writer, HostSpec host) =>
        new Nest([.. host.Containers.Select(container => writer.Block(container)), writer.Block($"{host.Modifiers} partial class {host.Name}{(host.IsStatic ? string.Empty : " : global::System.IDisposable")}".TrimStart())]);

    /// <summary>Scopes closed together, innermost first.</summary>
    private sealed class Nest(IReadOnlyList<IDisposable> scopes) : IDisposable
    {
        public void Dispose()
        {
            for (int i = scopes.Count - 1; i >= 0; i--)
            {
                scopes[i].Dispose();
            }
        }
    }
}

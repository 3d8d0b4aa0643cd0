using System.Collections.Immutable;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>How much a compiler optimises. Nothing is compiled here.</summary>
public enum OptimizationLevel
{
    O0,
    O1,
    O2,
}

/// <summary>How exact a compiler's mathematics are. Nothing is compiled here.</summary>
public enum MathMode
{
    Default,
    Fast,
    Fast32BitOnly,
}

/// <summary>The devices: one, which is this executor.</summary>
public sealed class Context : IDisposable
{
    private Context(Builder builder) => Devices = [new Device(), .. builder.Devices];

    public ImmutableArray<Device> Devices { get; }

    public static Context Create(Action<Builder> build)
    {
        var builder = new Builder();
        build(builder);
        return new Context(builder);
    }

    public void Dispose()
    {
    }

    public sealed class Builder
    {
        internal List<Device> Devices { get; } = [];

        public Builder Default() => this;

        public Builder Optimize(OptimizationLevel level) => this;

        public Builder Math(MathMode mode) => this;

        internal Builder Add(Device device)
        {
            Devices.Add(device);
            return this;
        }

        public Builder Profiling() => this;
    }
}

namespace ILGPU.Runtime.CPU
{
    /// <summary>What the processor plays.</summary>
    public enum CPUDeviceKind
    {
        Default,
        Nvidia,
    }

    /// <summary>Names the processor among the devices; here it is the executor and always there.</summary>
    public static class CPUContextExtensions
    {
        public static Context.Builder CPU(this Context.Builder builder, CPUDeviceKind kind) => builder;
    }
}

namespace ILGPU.Runtime.Cuda
{
    /// <summary>Adds the executor once more, as a CUDA device: it carries out inline PTX.</summary>
    public static class CudaContextExtensions
    {
        public static Context.Builder Cuda(this Context.Builder builder) => builder.Add(new CudaDevice());
    }

    /// <summary>The executor as a CUDA device.</summary>
    public sealed class CudaDevice : Device
    {
        public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;

        private static readonly AsyncLocal<(int Major, int Minor)?> Played = new();

        /// <summary>The capability that it plays. Each test sees what it sets, and others run beside it.</summary>
        public static (int Major, int Minor) Capability
        {
            get => Played.Value ?? (8, 0);
            set => Played.Value = value;
        }

        /// <summary>Bytes of its last cache: few, so that launches of some heads have several sections.</summary>
        public int L2CacheSize => 32 * 1024;

        public CudaArchitecture? Architecture => new CudaArchitecture(Capability.Major, Capability.Minor);
    }

    /// <summary>A compute capability.</summary>
    public readonly record struct CudaArchitecture(int Major, int Minor);
}

namespace ILGPU.Runtime.OpenCL
{
    /// <summary>Names OpenCL's devices, of which there are none here.</summary>
    public static class CLContextExtensions
    {
        public static Context.Builder OpenCL(this Context.Builder builder) => builder;
    }
}

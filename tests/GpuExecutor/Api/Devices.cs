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
    /// <summary>Names CUDA's devices, of which there are none here.</summary>
    public static class CudaContextExtensions
    {
        public static Context.Builder Cuda(this Context.Builder builder) => builder;
    }
}

namespace ILGPU.Runtime.OpenCL
{
    /// <summary>Names OpenCL's devices, of which there are none here.</summary>
    public static class CLContextExtensions
    {
        public static Context.Builder OpenCL(this Context.Builder builder) => builder;
    }
}

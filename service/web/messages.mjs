// Every sentence of the page: [English, 简体中文], by key. {name} is filled in; `…` is set as code.
// Sentences of the service itself (refusals, receipts) come from the service, in English.

export const MESSAGES = {
  // The frame
  "frame.skip": ["Skip to content", "跳到正文"],
  "frame.views": ["Views", "视图"],
  "frame.light": ["Light colours", "浅色"],
  "frame.dark": ["Dark colours", "深色"],
  "frame.about": [
    "Every size is computed by exact arithmetic; every module is run by torch before it is handed out.",
    "所有尺寸均由精确算术得出；每个模块在交付前都由 torch 实际运行过。",
  ],
  "frame.docs": ["The HTTP interface", "HTTP 接口"],

  // Wrong addresses
  "address.title": ["This address leads nowhere", "此地址无效"],
  "address.view": ["There is no view called “{name}”.", "没有名为“{name}”的视图。"],
  "address.start": ["Start afresh", "重新开始"],

  // Failures
  "failure.network.title": ["The service cannot be reached", "无法连接服务"],
  "failure.network.text": [
    "The network is gone, or the service is. What you typed is kept.",
    "网络或服务已断开。您输入的内容仍然保留。",
  ],
  "failure.limited.title": ["Too many questions at once", "请求过于频繁"],
  "failure.limited.text": [
    "The service answers so many requests of one client and no more. It asks you to wait.",
    "服务对每个客户端的请求数有上限，请稍候。",
  ],
  "failure.busy.title": ["The service is busy", "服务繁忙"],
  "failure.busy.text": [
    "Your question is fine, but it could not be worked on now.",
    "您的请求没有问题，但目前无法处理。",
  ],
  "failure.refused.title": ["This cannot be built", "无法构建"],
  "failure.refused.text": ["The service says why, with the numbers:", "服务给出了原因和具体数字："],
  "failure.broken.title": ["The service made a mistake", "服务出错"],
  "failure.broken.text": [
    "It answered, but not with what was asked for. The fault is not yours.",
    "服务有响应，但内容不对。这不是您的问题。",
  ],
  "failure.page": ["What `{code}` means and how to repair it", "`{code}` 的含义与修正方法"],
  "failure.retry": ["Try again", "重试"],
  "failure.countdown": ["by itself in {seconds} s", "{seconds} 秒后自动重试"],

  // Design
  "design.title": ["Design", "设计"],

  // Code
  "code.title": ["Code", "代码"],
};
